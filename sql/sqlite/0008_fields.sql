-- SPDX-License-Identifier: Apache-2.0
-- What is kept of people beyond a name and an address, and guests, who are nobody in particular yet.

-- A named text of an account: of other systems' users, and whatever an application adds of its own.
CREATE TABLE account_field (
  id         INTEGER PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  name       TEXT    NOT NULL,
  value      TEXT    NOT NULL,
  UNIQUE (account_id, name)
) STRICT;

ALTER TABLE account ADD COLUMN guest INTEGER NOT NULL DEFAULT 0; -- 1: made without a person's words

-- SPDX-License-Identifier: Apache-2.0
-- Sessions that are refreshed, listed and ended one by one. A refresh token is derived from the
-- nonce and the generation, and says both which session it is of and how old it is; so the row
-- needs no digest of it. (SQLite drops no UNIQUE column: the table is made anew.)

CREATE TABLE new_session (
  id            INTEGER PRIMARY KEY,
  public_id     TEXT    NOT NULL UNIQUE, -- 24 hex digits: what its person and its tokens name it by
  account_id    INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  epoch         INTEGER NOT NULL,
  nonce         BLOB    NOT NULL,
  generation    INTEGER NOT NULL, -- how often its refresh token was replaced
  access_digest BLOB    UNIQUE,   -- NULL: its access tokens are signed, not looked up
  created_at    INTEGER NOT NULL,
  refreshed_at  INTEGER NOT NULL, -- when the refresh token was made
  expires_at    INTEGER NOT NULL, -- of the newest access token
  ends_at       INTEGER NOT NULL, -- of all of it
  network       TEXT    NOT NULL, -- where it was opened from
  client        TEXT    NOT NULL  -- by which program, as that called itself
) STRICT;
INSERT INTO new_session SELECT id, lower(hex(randomblob(12))), account_id, epoch, nonce, 0,
  access_digest, created_at, created_at, expires_at, ends_at, network, '' FROM session;
DROP TABLE session;
ALTER TABLE new_session RENAME TO session;
CREATE INDEX session_account ON session (account_id, epoch);
CREATE INDEX session_ends ON session (ends_at);

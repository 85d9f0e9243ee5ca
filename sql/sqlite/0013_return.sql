-- SPDX-License-Identifier: Apache-2.0
-- The way back to the application that sent a person here to choose a new password.

-- Where an app's people may be led back to: these addresses and no others.
CREATE TABLE app_return (
  app_id INTEGER NOT NULL REFERENCES app (id) ON DELETE CASCADE,
  url    TEXT    NOT NULL,
  PRIMARY KEY (app_id, url)
) STRICT;

ALTER TABLE outbox ADD COLUMN return_to TEXT; -- one of them; NULL: the request named none

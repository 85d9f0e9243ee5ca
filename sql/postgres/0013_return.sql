-- SPDX-License-Identifier: Apache-2.0
-- The way back to the application that sent a person here to choose a new password.

-- Where an app's people may be led back to: these addresses and no others.
CREATE TABLE app_return (
  app_id BIGINT NOT NULL REFERENCES app (id) ON DELETE CASCADE,
  url    TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (app_id, url)
);

ALTER TABLE outbox ADD COLUMN return_to TEXT COLLATE "C"; -- one of them; NULL: the request named none

-- SPDX-License-Identifier: Apache-2.0
-- What an app's operator sets beside its names: whose pages may call it from a browser, a second key
-- while keys are changed, and its own policy.

-- The origins of other pages that may read its answers (CORS), as a browser spells them. Several
-- apps may have one.
CREATE TABLE app_origin (
  app_id BIGINT NOT NULL REFERENCES app (id) ON DELETE CASCADE,
  origin TEXT COLLATE "C" NOT NULL, -- scheme://host, with :port where it is not the scheme's own
  PRIMARY KEY (origin, app_id)
);

ALTER TABLE app ADD COLUMN former_client_key_digest BYTEA; -- good until it is retired; NULL: there is none
ALTER TABLE app ADD COLUMN former_master_key_digest BYTEA;
ALTER TABLE app ADD COLUMN password_min_length BIGINT NOT NULL DEFAULT 0; -- code points; 0: the server's
ALTER TABLE app ADD COLUMN sign_up BIGINT NOT NULL DEFAULT 0; -- 0 open, 1 closed

-- No app gets the number of a removed one either: its trail is still there.
ALTER TABLE removed_account ADD COLUMN newest_app_id BIGINT NOT NULL DEFAULT 0;

-- SPDX-License-Identifier: Apache-2.0
-- What housekeeping and the removal of an account find their rows by, so that neither reads a whole
-- table while others wait to write.

-- Sessions of epochs before this one are gone; another than epoch: some may be there.
ALTER TABLE account ADD COLUMN swept_epoch INTEGER NOT NULL DEFAULT 1;
CREATE INDEX account_unswept ON account (id) WHERE swept_epoch <> epoch;
DROP INDEX session_account;
CREATE INDEX session_account ON session (account_id, epoch);

CREATE INDEX session_ends ON session (ends_at);
CREATE INDEX token_expires ON token (expires_at);
CREATE INDEX outbox_settled ON outbox (settled_at) WHERE state <> 0;
CREATE INDEX outbox_dropped ON outbox (settled_at) WHERE state = 3 AND login IS NOT NULL;
CREATE INDEX outbox_login ON outbox (app_id, login) WHERE login IS NOT NULL;
CREATE INDEX outbox_account ON outbox (account_id) WHERE account_id <> 0;
CREATE INDEX audit_account ON audit (account_id); -- strangers too: their rows cost as much

-- One row. No account gets the number of one that was removed: work that began on the old one must
-- not end on a new one.
CREATE TABLE removed_account (
  newest_id INTEGER NOT NULL
) STRICT;
INSERT INTO removed_account (newest_id) VALUES (0);

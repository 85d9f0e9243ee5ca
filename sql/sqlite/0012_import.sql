-- SPDX-License-Identifier: Apache-2.0
-- Passwords as another house has hashed them: so few of the accounts, after a while, that they can be
-- counted whenever a stranger has to look like one of them.

-- The hash's scheme and parameters, without salt or tag; NULL: it is one of ours, or there is none.
ALTER TABLE account ADD COLUMN old_kind TEXT;
CREATE INDEX account_old_kind ON account (app_id, old_kind, phc) WHERE old_kind IS NOT NULL;

-- SPDX-License-Identifier: Apache-2.0
-- Passwords as another house has hashed them: so few of the accounts, after a while, that they can be
-- counted whenever a stranger has to look like one of them.

CREATE INDEX account_old_hash ON account (app_id, phc) WHERE substr(phc, 1, 10) <> '$argon2id$';

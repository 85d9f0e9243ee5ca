-- SPDX-License-Identifier: Apache-2.0
-- People who sign up, prove their address, change it, and say "it was not me".

ALTER TABLE account ADD COLUMN name TEXT;   -- what its person wants to be called
ALTER TABLE account ADD COLUMN locale TEXT; -- the language of its mails; NULL: the app's
-- When it was shown that mail to the address reaches its owner; 0: not yet. Up to now operators
-- vouched for the addresses that they added.
ALTER TABLE account ADD COLUMN email_verified_at INTEGER NOT NULL DEFAULT 0;
UPDATE account SET email_verified_at = created_at WHERE email IS NOT NULL;
-- Somebody said "it was not me": until then neither password nor address is changed; and, where the
-- address may be a thief's, nobody is let in by a mail to it either.
ALTER TABLE account ADD COLUMN held_until INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN recovery_held_until INTEGER NOT NULL DEFAULT 0;

-- Of a change of address: the new one. Of "it was not me": the address and the hash of before.
ALTER TABLE token ADD COLUMN address TEXT;
ALTER TABLE token ADD COLUMN address_key TEXT;
ALTER TABLE token ADD COLUMN phc TEXT;
-- Of a recovery whose mail carries a code for typing: what the code is typed together with.
ALTER TABLE token ADD COLUMN reference TEXT;
CREATE INDEX token_reference ON token (reference) WHERE reference IS NOT NULL;

-- Where a mail goes, if not to its account's address.
ALTER TABLE outbox ADD COLUMN address TEXT;
UPDATE outbox SET address = (SELECT email FROM account WHERE account.id = outbox.account_id)
  WHERE kind = 4 AND state IN (0, 2); -- notices that are on their way

-- An account that its owner has yet to confirm: with a password and a link of its own, so that
-- nobody can sit on an address. Whichever is confirmed becomes the account.
CREATE TABLE sign_up (
  id           INTEGER PRIMARY KEY,
  app_id       INTEGER NOT NULL REFERENCES app (id) ON DELETE CASCADE,
  outbox_id    INTEGER NOT NULL UNIQUE, -- the request that it came by
  nonce        BLOB    NOT NULL,
  digest       BLOB    NOT NULL UNIQUE, -- of its link's token
  email        TEXT    NOT NULL,
  email_key    TEXT    NOT NULL,
  username     TEXT,
  username_key TEXT,
  name         TEXT,
  locale       TEXT,
  phc          TEXT    NOT NULL,
  state        INTEGER NOT NULL, -- 0 waiting, 1 confirmed, 2 replaced by one that was
  created_at   INTEGER NOT NULL,
  expires_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX sign_up_email ON sign_up (app_id, email_key);
CREATE INDEX sign_up_expires ON sign_up (expires_at);

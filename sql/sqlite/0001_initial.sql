-- SPDX-License-Identifier: Apache-2.0
-- The first schema. Times are Unix seconds; booleans are 0 and 1; a digest is SHA-256 of a secret
-- that is stored nowhere; a nonce is 256 random bits from which, with the server's key file, a
-- mailed secret or a session's tokens are derived.

CREATE TABLE app (
  id                    INTEGER PRIMARY KEY,
  name                  TEXT    NOT NULL UNIQUE,
  public_id             TEXT    NOT NULL UNIQUE, -- 24 hex digits: what clients name the app by
  client_key_digest     BLOB    NOT NULL,
  master_key_digest     BLOB    NOT NULL,
  dialects              INTEGER NOT NULL,        -- a bit for each wire format it serves
  status                INTEGER NOT NULL,        -- 0 active, 1 disabled
  conceal_accounts      INTEGER NOT NULL,        -- 1: no answer tells whether an account exists
  standard_error_status INTEGER NOT NULL,        -- Hack System's standard errors: 400 or 500
  recovery              INTEGER NOT NULL,        -- Backtory's recovery: 0 generated, 1 form
  language              TEXT    NOT NULL,
  public_url            TEXT,                    -- NULL: the server's own
  reset_url             TEXT,                    -- NULL: the hosted page
  sender                TEXT,                    -- the name that mails come from; NULL: the app's
  created_at            INTEGER NOT NULL
) STRICT;

-- Every name an app answers to as /api:NAME, its own included, in lower case.
CREATE TABLE app_alias (
  alias  TEXT    NOT NULL PRIMARY KEY,
  app_id INTEGER NOT NULL REFERENCES app (id) ON DELETE CASCADE
) STRICT;

CREATE TABLE app_host (
  host   TEXT    NOT NULL PRIMARY KEY, -- without port, in lower case
  app_id INTEGER NOT NULL REFERENCES app (id) ON DELETE CASCADE
) STRICT;

CREATE TABLE account (
  id                  INTEGER PRIMARY KEY,
  app_id              INTEGER NOT NULL REFERENCES app (id) ON DELETE CASCADE,
  public_id           TEXT    NOT NULL,
  email               TEXT,             -- where mail goes; the domain in ASCII
  email_key           TEXT,             -- how it is found; NULL: the address is no login
  username            TEXT,
  username_key        TEXT,
  phc                 TEXT,             -- NULL: nobody has chosen a password yet
  epoch               INTEGER NOT NULL, -- grows with every change of password and disabling
  status              INTEGER NOT NULL, -- 0 active, 1 disabled
  password_set_at     INTEGER NOT NULL,
  password_expires_at INTEGER NOT NULL, -- 0: never; a made password that nobody used dies then
  outbox_floor        INTEGER NOT NULL, -- recoveries asked for before this outbox row are void
  created_at          INTEGER NOT NULL,
  UNIQUE (app_id, public_id),
  UNIQUE (app_id, email_key),
  UNIQUE (app_id, username_key)
) STRICT;

-- Lives while its epoch is the account's.
CREATE TABLE session (
  id             INTEGER PRIMARY KEY,
  account_id     INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  epoch          INTEGER NOT NULL,
  nonce          BLOB    NOT NULL,
  access_digest  BLOB    NOT NULL UNIQUE,
  refresh_digest BLOB    NOT NULL UNIQUE,
  created_at     INTEGER NOT NULL,
  expires_at     INTEGER NOT NULL, -- of the access token
  ends_at        INTEGER NOT NULL, -- of the refresh token
  network        TEXT    NOT NULL  -- where it was opened from
) STRICT;
CREATE INDEX session_account ON session (account_id);

-- A one-time token, mailed as a link. Redeemable while live, unexpired, and of the account's epoch.
CREATE TABLE token (
  id         INTEGER PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  outbox_id  INTEGER NOT NULL UNIQUE, -- the request that it answers
  purpose    INTEGER NOT NULL,        -- 0 set a password, 1 have a password made
  epoch      INTEGER NOT NULL,
  digest     BLOB    NOT NULL UNIQUE,
  state      INTEGER NOT NULL,        -- 0 live, 1 spent, 2 replaced by a newer one
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX token_account ON token (account_id, purpose);

-- Mail to be sent, and requests whose mail is yet to be thought out: a recovery asked for by a
-- stranger and by a member are the same row, told apart only when it is taken out.
CREATE TABLE outbox (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  app_id          INTEGER NOT NULL REFERENCES app (id) ON DELETE CASCADE,
  kind            INTEGER NOT NULL,
  state           INTEGER NOT NULL, -- 0 due, 1 sent, 2 dead (kept for a retry), 3 dropped: nobody to mail
  nonce           BLOB    NOT NULL,
  reference       TEXT    NOT NULL, -- told to the person who asked, and shown in the mail
  login           TEXT,             -- a recovery: what was typed, as the key to find it by
  account_id      INTEGER,          -- any other kind: whom it is for
  epoch           INTEGER NOT NULL, -- of the account when the row was written; 0 for recoveries
  network         TEXT    NOT NULL,
  attempts        INTEGER NOT NULL,
  created_at      INTEGER NOT NULL,
  expires_at      INTEGER NOT NULL, -- from then on the mail has no sense
  next_attempt_at INTEGER NOT NULL, -- while one is under way: when it is given up for lost
  settled_at      INTEGER NOT NULL, -- 0: not yet
  last_error      TEXT    NOT NULL
) STRICT;
CREATE INDEX outbox_due ON outbox (next_attempt_at) WHERE state = 0;

CREATE TABLE audit (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  app_id     INTEGER NOT NULL,
  account_id INTEGER NOT NULL, -- 0: none, or a stranger
  at         INTEGER NOT NULL,
  event      TEXT    NOT NULL, -- the operation
  outcome    TEXT    NOT NULL, -- "done", or why it was refused: never sent to a client
  network    TEXT    NOT NULL
) STRICT;
CREATE INDEX audit_app ON audit (app_id, id);

-- What Hack System's clients are told, edited at run time.
CREATE TABLE message (
  app_id        INTEGER NOT NULL REFERENCES app (id) ON DELETE CASCADE,
  position      INTEGER NOT NULL,
  internal_name TEXT    NOT NULL,
  message       TEXT    NOT NULL,
  type          TEXT    NOT NULL,
  input         TEXT    NOT NULL,
  PRIMARY KEY (app_id, internal_name)
) STRICT;

-- Hack System's transactional_emails.
CREATE TABLE mail_template (
  app_id     INTEGER NOT NULL REFERENCES app (id) ON DELETE CASCADE,
  email_name TEXT    NOT NULL,
  send_name  TEXT    NOT NULL,
  sender     TEXT    NOT NULL, -- '': mail.from
  subject    TEXT    NOT NULL,
  content    TEXT    NOT NULL,
  PRIMARY KEY (app_id, email_name)
) STRICT;

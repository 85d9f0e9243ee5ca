-- SPDX-License-Identifier: Apache-2.0
-- Providers of OpenID Connect that vouch for the users of an app, sign-ins there that are under
-- way, and who is who at them.

CREATE TABLE provider (
  id                INTEGER PRIMARY KEY,
  app_id            INTEGER NOT NULL REFERENCES app (id) ON DELETE CASCADE,
  name              TEXT    NOT NULL, -- as paths name it: linkedin
  issuer            TEXT    NOT NULL,
  client_id         TEXT    NOT NULL, -- of the app at the provider
  sealed_secret     BLOB,             -- the client's, sealed by the key file; NULL: it has none
  authorization_url TEXT    NOT NULL,
  token_url         TEXT    NOT NULL,
  keys_url          TEXT    NOT NULL,
  user_info_url     TEXT,             -- NULL: the ID token says all
  scopes            TEXT    NOT NULL,
  redirect_uris     TEXT,             -- the only ones, with spaces between
  pkce              INTEGER NOT NULL, -- 1: the provider takes a code challenge
  nonce             INTEGER NOT NULL, -- of the ID token: 0 ours if there is one, 1 always ours
  state             INTEGER NOT NULL, -- of who finishes a sign-in: 0 ours if there is one, 1 always ours
  auth              INTEGER NOT NULL, -- how the secret is shown: 0 in the form, 1 by HTTP Basic
  created_at        INTEGER NOT NULL,
  UNIQUE (app_id, name)
) STRICT;

-- From when a sign-in is begun until it is finished, once.
CREATE TABLE sign_in (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  provider_id  INTEGER NOT NULL REFERENCES provider (id) ON DELETE CASCADE,
  state_digest BLOB    NOT NULL UNIQUE,
  nonce        BLOB    NOT NULL, -- state, nonce and code verifier are derived from it
  redirect_uri TEXT    NOT NULL,
  network      INTEGER NOT NULL, -- a number for the one that it was begun from
  created_at   INTEGER NOT NULL,
  expires_at   INTEGER NOT NULL,
  spent_at     INTEGER NOT NULL  -- 0: it waits
) STRICT;
CREATE INDEX sign_in_network ON sign_in (provider_id, network);
CREATE INDEX sign_in_expiry ON sign_in (expires_at);

-- A subject is its issuer's word for one person, and never another's.
CREATE TABLE identity (
  id         INTEGER PRIMARY KEY,
  app_id     INTEGER NOT NULL REFERENCES app (id) ON DELETE CASCADE,
  account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  provider   TEXT    NOT NULL, -- the provider's name when this was written
  issuer     TEXT    NOT NULL,
  subject    TEXT    NOT NULL,
  created_at INTEGER NOT NULL,
  vouched    INTEGER NOT NULL DEFAULT 0, -- 1: the operator says so, and no reset undoes it
  UNIQUE (app_id, issuer, subject)
) STRICT;
CREATE INDEX identity_account ON identity (account_id);

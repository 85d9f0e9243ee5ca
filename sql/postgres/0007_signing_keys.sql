-- SPDX-License-Identifier: Apache-2.0
-- Keys that sign access tokens. The newest signs; older ones verify until the last token that they
-- signed is dead, and are swept then.

CREATE TABLE signing_key (
  kid            TEXT COLLATE "C" NOT NULL PRIMARY KEY, -- the public key's thumbprint
  public_jwk     TEXT    NOT NULL,
  sealed_jwk     BYTEA,                        -- the private one, sealed by the key file; NULL: retired
  created_at     BIGINT  NOT NULL,
  retired_at     BIGINT  NOT NULL,             -- 0: it signs
  verifies_until BIGINT  NOT NULL              -- of a retired one
);
CREATE UNIQUE INDEX signing_key_current ON signing_key (retired_at) WHERE retired_at = 0;

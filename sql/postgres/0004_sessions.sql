-- SPDX-License-Identifier: Apache-2.0
-- Sessions that are refreshed, listed and ended one by one. A refresh token is derived from the
-- nonce and the generation, and says both which session it is of and how old it is; so the row
-- needs no digest of it.

ALTER TABLE session
  DROP COLUMN refresh_digest,
  ALTER COLUMN access_digest DROP NOT NULL,   -- NULL: its access tokens are signed, not looked up
  ADD COLUMN public_id TEXT NOT NULL UNIQUE   -- 24 hex digits: what its person and its tokens name it by
    DEFAULT substr(replace(gen_random_uuid()::text, '-', ''), 1, 24),
  ADD COLUMN generation BIGINT NOT NULL DEFAULT 0,   -- how often its refresh token was replaced
  ADD COLUMN refreshed_at BIGINT NOT NULL DEFAULT 0, -- when the refresh token was made
  ADD COLUMN client TEXT NOT NULL DEFAULT '';        -- by which program, as that called itself
UPDATE session SET refreshed_at = created_at;
ALTER TABLE session
  ALTER COLUMN public_id DROP DEFAULT,
  ALTER COLUMN generation DROP DEFAULT,
  ALTER COLUMN refreshed_at DROP DEFAULT,
  ALTER COLUMN client DROP DEFAULT;

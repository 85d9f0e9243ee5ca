-- SPDX-License-Identifier: Apache-2.0
-- In which language a mail was asked for; '': nobody said. An account's own goes before it.
ALTER TABLE outbox ADD COLUMN language TEXT NOT NULL DEFAULT '';

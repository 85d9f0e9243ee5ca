-- SPDX-License-Identifier: Apache-2.0
-- Backtory's users: whether a new one of an app is active at once, or when the mailed link was used.
-- account.status has a third value for those who wait: 2.

ALTER TABLE app ADD COLUMN activation INTEGER NOT NULL DEFAULT 0; -- 0 none, 1 by mail

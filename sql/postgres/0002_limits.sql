-- SPDX-License-Identifier: Apache-2.0
-- Limits: how often somebody asked or guessed wrong. The key is a keyed digest of what is limited
-- (a network; a login and a network), so that the table tells nobody's name.

CREATE TABLE limit_counter (
  key            BYTEA   NOT NULL PRIMARY KEY,
  count          BIGINT  NOT NULL, -- in the window
  window_ends_at BIGINT  NOT NULL, -- from then on the count is none
  refused_until  BIGINT  NOT NULL  -- a login's: 0, or when it may be tried again
);
CREATE INDEX limit_counter_window ON limit_counter (window_ends_at);

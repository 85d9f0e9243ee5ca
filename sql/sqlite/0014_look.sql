-- SPDX-License-Identifier: Apache-2.0
-- How an app looks to people: on its pages and in its mails.

ALTER TABLE app ADD COLUMN title  TEXT; -- what people call it; NULL: its name
ALTER TABLE app ADD COLUMN accent TEXT; -- #rrggbb; NULL: ours
ALTER TABLE app ADD COLUMN logo   TEXT; -- the version of its picture; NULL: it has none

-- The pictures, apart from the rows that every request reads.
CREATE TABLE app_logo (
  app_id INTEGER PRIMARY KEY REFERENCES app (id) ON DELETE CASCADE,
  type   TEXT    NOT NULL, -- image/png, image/svg+xml, image/webp
  image  BLOB    NOT NULL
) STRICT;

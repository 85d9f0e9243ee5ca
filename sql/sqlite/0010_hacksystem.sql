-- SPDX-License-Identifier: Apache-2.0
-- Hack System's own: workspaces, the waiting list, and the content that an operator edits.

-- What people work in together. One is made with every account that signs up there.
CREATE TABLE workspace (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  app_id     INTEGER NOT NULL REFERENCES app (id) ON DELETE CASCADE,
  name       TEXT    NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX workspace_app ON workspace (app_id);

CREATE TABLE workspace_member (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id   INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  workspace_id INTEGER NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
  UNIQUE (account_id, workspace_id)
) STRICT;
CREATE INDEX workspace_member_workspace ON workspace_member (workspace_id);

-- Addresses that want to be told when there is room for them, each once.
CREATE TABLE waiting (
  id              INTEGER PRIMARY KEY AUTOINCREMENT, -- their order
  app_id          INTEGER NOT NULL REFERENCES app (id) ON DELETE CASCADE,
  email           TEXT    NOT NULL,
  email_key       TEXT    NOT NULL,
  created_at      INTEGER NOT NULL,
  account_created INTEGER NOT NULL, -- 1: there is an account by now
  UNIQUE (app_id, email_key)
) STRICT;

-- Rows of app_structure and content_strings, whose other members are the operator's own.
CREATE TABLE content (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  app_id     INTEGER NOT NULL REFERENCES app (id) ON DELETE CASCADE,
  kind       INTEGER NOT NULL, -- 0 app_structure, 1 content_strings
  name       TEXT    NOT NULL,
  slug       TEXT    NOT NULL, -- of content_strings: the page that it belongs to
  is_global  INTEGER NOT NULL, -- of content_strings: 1: it belongs to all of them
  members    TEXT    NOT NULL, -- a JSON object
  created_at INTEGER NOT NULL,
  UNIQUE (app_id, kind, name)
) STRICT;

-- What apps that are there already were not shipped with.
INSERT INTO message (app_id, position, internal_name, message, type, input)
  SELECT id, 1 + (SELECT coalesce(max(position), 0) FROM message WHERE app_id = app.id), 'waitinglist_added',
  CASE language WHEN 'fr' THEN 'Vous êtes sur la liste d’attente. Votre place vous est envoyée par e-mail.'
  ELSE 'You are on the waiting list. Your place is on its way to your mailbox.' END, 'success', '' FROM app;
INSERT INTO mail_template (app_id, email_name, send_name, sender, subject, content)
  SELECT id, 'waiting_position', '', '',
  CASE language WHEN 'fr' THEN 'Votre place sur la liste d’attente de {{app}}'
  ELSE 'Your place on the waiting list for {{app}}' END,
  CASE language WHEN 'fr' THEN 'Bonjour,

quelqu’un, sans doute vous, a inscrit {{email}} sur la liste d’attente de {{app}}. Vous y occupez la place {{position}}.

Nous vous écrirons de nouveau quand il y aura de la place pour vous.

Si ce n’était pas vous, vous pouvez ignorer cet e-mail.

Référence : {{reference}}'
  ELSE 'Hello,

someone, hopefully you, put {{email}} on the waiting list for {{app}}. Your place on it is {{position}}.

We will write again when there is room for you.

If it was not you, you can ignore this mail.

Reference: {{reference}}' END FROM app;

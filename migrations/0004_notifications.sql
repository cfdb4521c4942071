-- What is to be told by the setting notify_command, and whether it was. Queued with the end of the run that it is about.
CREATE TABLE notification (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  event        TEXT NOT NULL CHECK (event IN ('run_failed', 'run_recovered', 'group_failed', 'group_recovered')),
  run_id       INTEGER REFERENCES run_log (id) ON DELETE CASCADE,
  group_run_id INTEGER REFERENCES group_run (id) ON DELETE CASCADE,
  queued_at    TEXT NOT NULL,
  status       TEXT NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'sending', 'sent', 'failed')),
  sent_at      TEXT,
  error        TEXT,
  CHECK ((run_id IS NULL) <> (group_run_id IS NULL))
) STRICT;
CREATE INDEX notification_open ON notification (id) WHERE status IN ('waiting', 'sending');
CREATE INDEX notification_run ON notification (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX notification_group_run ON notification (group_run_id) WHERE group_run_id IS NOT NULL;

-- What is counted for /metrics, without reading every group run there was.
CREATE INDEX group_run_status ON group_run (status);

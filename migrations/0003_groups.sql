-- A group's run: who has it, for people to read, and whether it was asked to stop.
ALTER TABLE group_run ADD COLUMN pid INTEGER;
ALTER TABLE group_run ADD COLUMN host TEXT;
ALTER TABLE group_run ADD COLUMN cancel_requested INTEGER NOT NULL DEFAULT 0 CHECK (cancel_requested IN (0, 1));
CREATE INDEX group_run_running ON group_run (group_id) WHERE status = 'running';

-- What became of each member in a group's run, in the order in which they run. One that ran has a run in the log too.
CREATE TABLE group_run_member (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  group_run_id INTEGER NOT NULL REFERENCES group_run (id) ON DELETE CASCADE,
  module_id    INTEGER REFERENCES module (id) ON DELETE SET NULL,
  module_name  TEXT NOT NULL,
  status       TEXT NOT NULL
               CHECK (status IN ('waiting', 'running', 'success', 'error', 'cancelled', 'dry_run', 'unknown', 'skipped')),
  reason       TEXT
) STRICT;
CREATE INDEX group_run_member_order ON group_run_member (group_run_id, id);
CREATE INDEX group_run_member_module ON group_run_member (module_id);

-- The tables of pipekit. Times are ISO 8601 text in UTC with milliseconds, booleans are 0 and 1, lists are JSON arrays.

CREATE TABLE settings (
  key        TEXT NOT NULL PRIMARY KEY,
  value      TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE driver (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  name         TEXT NOT NULL UNIQUE CHECK (name GLOB '[a-z]*'),
  kind         TEXT NOT NULL
               CHECK (kind IN ('db2', 'sqlserver', 'postgresql', 'mysql', 'sqlite', 'h2', 'derby', 'generic')),
  jar_file     TEXT CHECK (jar_file <> ''),      -- NULL: the runner built in speaks to it
  class_name   TEXT,
  url_template TEXT,
  created_at   TEXT NOT NULL,
  updated_at   TEXT NOT NULL
) STRICT;

CREATE TABLE connection (
  id                         INTEGER PRIMARY KEY AUTOINCREMENT,
  name                       TEXT NOT NULL UNIQUE CHECK (name GLOB '[a-z]*'),
  driver_id                  INTEGER NOT NULL REFERENCES driver (id),
  jdbc_url                   TEXT NOT NULL CHECK (jdbc_url <> ''),
  username                   TEXT,
  password                   TEXT CHECK (password GLOB '$[A-Za-z_]*'),  -- a reference, never a password
  default_dest_connection_id INTEGER REFERENCES connection (id) ON DELETE SET NULL,
  default_dest_schema        TEXT,
  notes                      TEXT,
  created_at                 TEXT NOT NULL,
  updated_at                 TEXT NOT NULL
) STRICT;
CREATE INDEX connection_driver ON connection (driver_id);
CREATE INDEX connection_default_dest ON connection (default_dest_connection_id);

CREATE TABLE module (
  id                   INTEGER PRIMARY KEY AUTOINCREMENT,
  name                 TEXT NOT NULL UNIQUE CHECK (name GLOB '[a-z]*' AND length(name) <= 40),
  source_connection_id INTEGER NOT NULL REFERENCES connection (id),
  dest_connection_id   INTEGER NOT NULL REFERENCES connection (id),
  dest_table           TEXT NOT NULL CHECK (dest_table <> ''),
  staging_table        TEXT NOT NULL,
  source_query         TEXT NOT NULL CHECK (source_query <> ''),
  merge_strategy       TEXT NOT NULL CHECK (merge_strategy IN ('full', 'incremental', 'append')),
  merge_key            TEXT NOT NULL DEFAULT '[]' CHECK (json_type(merge_key) = 'array'),
  dest_columns         TEXT CHECK (json_type(dest_columns) = 'array'),   -- NULL: every insertable column, in order
  unique_key           TEXT NOT NULL DEFAULT '[]' CHECK (json_type(unique_key) = 'array'),
  full_by              TEXT NOT NULL DEFAULT 'truncate' CHECK (full_by IN ('truncate', 'delete')),
  allow_cascade        INTEGER NOT NULL DEFAULT 0 CHECK (allow_cascade IN (0, 1)),
  timeout_s            INTEGER NOT NULL DEFAULT 21600 CHECK (timeout_s > 0),
  retries              INTEGER NOT NULL DEFAULT 0 CHECK (retries >= 0),
  retry_delay_s        INTEGER NOT NULL DEFAULT 30 CHECK (retry_delay_s >= 0),
  min_rows             INTEGER CHECK (min_rows >= 0),
  max_shrink_pct       REAL CHECK (max_shrink_pct BETWEEN 0 AND 100),
  notes                TEXT,
  enabled              INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
  running              INTEGER NOT NULL DEFAULT 0 CHECK (running IN (0, 1)),
  lock_pid             INTEGER,
  lock_host            TEXT,
  lock_user            TEXT,
  lock_at              TEXT,
  cancel_requested     INTEGER NOT NULL DEFAULT 0 CHECK (cancel_requested IN (0, 1)),
  next_resolved_query  TEXT,
  next_merge_sql       TEXT,
  next_resolved_at     TEXT,
  last_run_id          INTEGER REFERENCES run_log (id) ON DELETE SET NULL,
  created_at           TEXT NOT NULL,
  updated_at           TEXT NOT NULL,
  CHECK (merge_strategy <> 'incremental' OR merge_key <> '[]'),
  CHECK (running = 0 OR lock_at IS NOT NULL)
) STRICT;
CREATE INDEX module_source ON module (source_connection_id, name);
CREATE INDEX module_dest ON module (dest_connection_id);
CREATE INDEX module_running ON module (running) WHERE running = 1;
CREATE INDEX module_last_run ON module (last_run_id);

CREATE TABLE watermark (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  module_id     INTEGER NOT NULL REFERENCES module (id) ON DELETE CASCADE,
  name          TEXT NOT NULL CHECK (name GLOB '[a-z]*'),
  connection_id INTEGER NOT NULL REFERENCES connection (id),
  resolver_sql  TEXT NOT NULL CHECK (resolver_sql <> ''),
  default_value TEXT,
  UNIQUE (module_id, name)
) STRICT;
CREATE INDEX watermark_connection ON watermark (connection_id);

CREATE TABLE hook (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  module_id     INTEGER NOT NULL REFERENCES module (id) ON DELETE CASCADE,
  run_order     INTEGER NOT NULL,
  connection_id INTEGER NOT NULL REFERENCES connection (id),
  sql           TEXT NOT NULL CHECK (sql <> ''),
  run_on        TEXT NOT NULL DEFAULT 'success' CHECK (run_on IN ('success', 'failure', 'always'))
) STRICT;
CREATE INDEX hook_module ON hook (module_id, run_order, id);
CREATE INDEX hook_connection ON hook (connection_id);

CREATE TABLE grp (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  name            TEXT NOT NULL UNIQUE CHECK (name GLOB '[a-z]*'),
  stop_on_failure INTEGER NOT NULL DEFAULT 0 CHECK (stop_on_failure IN (0, 1)),
  created_at      TEXT NOT NULL,
  updated_at      TEXT NOT NULL
) STRICT;

CREATE TABLE group_member (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  group_id  INTEGER NOT NULL REFERENCES grp (id) ON DELETE CASCADE,
  module_id INTEGER NOT NULL REFERENCES module (id) ON DELETE CASCADE,
  run_order INTEGER NOT NULL,
  UNIQUE (group_id, module_id)
) STRICT;
CREATE INDEX group_member_order ON group_member (group_id, run_order, id);
CREATE INDEX group_member_module ON group_member (module_id);

CREATE TABLE schedule (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  group_id      INTEGER NOT NULL REFERENCES grp (id) ON DELETE CASCADE,
  cron_expr     TEXT NOT NULL,
  timezone      TEXT,                            -- NULL: the setting `timezone`
  catch_up_s    INTEGER NOT NULL DEFAULT 3600 CHECK (catch_up_s >= 0),
  enabled       INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
  last_fired_at TEXT,
  created_at    TEXT NOT NULL,
  updated_at    TEXT NOT NULL
) STRICT;
CREATE INDEX schedule_group ON schedule (group_id);

CREATE TABLE group_run (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  group_id     INTEGER REFERENCES grp (id) ON DELETE SET NULL,
  group_name   TEXT NOT NULL,
  schedule_id  INTEGER REFERENCES schedule (id) ON DELETE SET NULL,
  due_at       TEXT,                             -- the time of the schedule that this row covers
  due_until    TEXT,                             -- the last one, where it covers several
  due_count    INTEGER,
  started_at   TEXT NOT NULL,
  finished_at  TEXT,
  status       TEXT NOT NULL
               CHECK (status IN ('running', 'success', 'error', 'cancelled', 'dry_run', 'skipped', 'missed')),
  reason       TEXT,
  triggered_by TEXT,
  UNIQUE (schedule_id, due_at)
) STRICT;
CREATE INDEX group_run_group ON group_run (group_id, id);
CREATE INDEX group_run_started ON group_run (started_at);

-- SQL that ran, once for each different text.
CREATE TABLE sql_text (
  id   INTEGER PRIMARY KEY AUTOINCREMENT,
  hash BLOB NOT NULL UNIQUE,                     -- SHA-256 of the text
  text TEXT NOT NULL
) STRICT;

CREATE TABLE run_log (
  id                     INTEGER PRIMARY KEY AUTOINCREMENT,
  module_id              INTEGER REFERENCES module (id) ON DELETE SET NULL,
  module_name            TEXT NOT NULL,
  group_run_id           INTEGER REFERENCES group_run (id) ON DELETE SET NULL,
  triggered_by           TEXT NOT NULL,
  attempt                INTEGER NOT NULL DEFAULT 1,
  started_at             TEXT NOT NULL,
  finished_at            TEXT,
  status                 TEXT NOT NULL
                         CHECK (status IN ('running', 'success', 'error', 'cancelled', 'dry_run', 'unknown')),
  row_count              INTEGER,                -- what the runner says it moved; NULL where it does not say
  rows_deleted           INTEGER,
  rows_inserted          INTEGER,
  error                  TEXT,
  warnings               TEXT NOT NULL DEFAULT '[]' CHECK (json_type(warnings) = 'array'),
  hooks_failed           INTEGER NOT NULL DEFAULT 0,
  merge_strategy         TEXT NOT NULL,
  resolved_source_sql_id INTEGER REFERENCES sql_text (id),
  merge_sql_id           INTEGER REFERENCES sql_text (id),
  watermark_values_json  TEXT NOT NULL DEFAULT '{}' CHECK (json_type(watermark_values_json) = 'object'),
  CHECK ((status = 'running') = (finished_at IS NULL))
) STRICT;
CREATE INDEX run_log_module ON run_log (module_id, id);
CREATE INDEX run_log_started ON run_log (started_at);
CREATE INDEX run_log_status ON run_log (status, started_at);
CREATE INDEX run_log_hooks_failed ON run_log (started_at) WHERE hooks_failed > 0;
CREATE INDEX run_log_group_run ON run_log (group_run_id) WHERE group_run_id IS NOT NULL;
CREATE INDEX run_log_source_sql ON run_log (resolved_source_sql_id);
CREATE INDEX run_log_merge_sql ON run_log (merge_sql_id);

-- The ledger: one row for each thing that a runner was told to do, in order.
CREATE TABLE run_step (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id          INTEGER NOT NULL REFERENCES run_log (id) ON DELETE CASCADE,
  kind            TEXT NOT NULL CHECK (kind IN ('watermark', 'staging', 'transfer', 'gate', 'merge', 'hook')),
  name            TEXT NOT NULL,
  connection_name TEXT NOT NULL,
  sql_id          INTEGER NOT NULL REFERENCES sql_text (id),
  started_at      TEXT NOT NULL,
  duration_ms     INTEGER,                       -- NULL: it has not ended, or the process died in it
  row_count       INTEGER,
  value           TEXT,
  error           TEXT
) STRICT;
CREATE INDEX run_step_run ON run_step (run_id, id);
CREATE INDEX run_step_sql ON run_step (sql_id);

-- What was printed while a run went on, in pieces; folded into one piece a stream when the run is closed.
CREATE TABLE run_output (
  id     INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id INTEGER NOT NULL REFERENCES run_log (id) ON DELETE CASCADE,
  stream TEXT NOT NULL CHECK (stream IN ('live_log', 'jrunner_stdout', 'jrunner_stderr', 'hook_log')),
  at     TEXT NOT NULL,
  text   TEXT NOT NULL
) STRICT;
CREATE INDEX run_output_run ON run_output (run_id, stream, id);

-- A run with everything under the names that people ask for: `SELECT * FROM run WHERE id = 4892`. Written so that an
-- sqlite3 of 2021 (3.37) reads it: one that can't parse a view can't open the file at all.
CREATE VIEW run AS
SELECT r.id, r.module_id, r.module_name, r.group_run_id, r.triggered_by, r.attempt, r.started_at, r.finished_at,
       r.status, r.row_count, r.rows_deleted, r.rows_inserted, r.error, r.warnings, r.hooks_failed, r.merge_strategy,
       s.text AS resolved_source_sql, m.text AS merge_sql, r.watermark_values_json,
       (SELECT group_concat(text, '') FROM (SELECT o.text FROM run_output o WHERE o.run_id = r.id AND o.stream = 'jrunner_stdout' ORDER BY o.id)) AS jrunner_stdout,
       (SELECT group_concat(text, '') FROM (SELECT o.text FROM run_output o WHERE o.run_id = r.id AND o.stream = 'jrunner_stderr' ORDER BY o.id)) AS jrunner_stderr,
       (SELECT group_concat(text, '') FROM (SELECT o.text FROM run_output o WHERE o.run_id = r.id AND o.stream = 'hook_log' ORDER BY o.id)) AS hook_log,
       (SELECT group_concat(text, '') FROM (SELECT o.text FROM run_output o WHERE o.run_id = r.id AND o.stream = 'live_log' ORDER BY o.id)) AS live_log
FROM run_log r
LEFT JOIN sql_text s ON s.id = r.resolved_source_sql_id
LEFT JOIN sql_text m ON m.id = r.merge_sql_id;

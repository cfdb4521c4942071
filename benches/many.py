"""Fills a pipekit database, made by `pipekit init`, with 10,000 modules and 1,000,000 runs, to time looking at it.

Usage: many.py pipekit.db [MODULES] [RUNS]
"""

import sqlite3
import sys
import time

path = sys.argv[1]
modules = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
runs = int(sys.argv[3]) if len(sys.argv) > 3 else 1_000_000
# One every thirty seconds, the last one now: nearly a year of a shop that runs 2,880 syncs a day.
first = int(time.time()) - runs * 30

db = sqlite3.connect(path)
db.executescript(f"""
PRAGMA synchronous = OFF;
PRAGMA foreign_keys = OFF;
BEGIN;
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20)
INSERT INTO connection (name, driver_id, jdbc_url, created_at, updated_at)
SELECT 'source_' || i, (SELECT id FROM driver WHERE name = 'sqlite'), 'jdbc:sqlite:/srv/source_' || i || '.db',
       '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z' FROM n;
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {modules})
INSERT INTO module (name, source_connection_id, dest_connection_id, dest_table, staging_table, source_query,
                    merge_strategy, created_at, updated_at)
SELECT 'module_' || i, 1 + i % 20, 1, 'table_' || i, 'pipekit_staging_module_' || i, 'SELECT * FROM table_' || i, 'full',
       '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z' FROM n;
INSERT INTO sql_text (hash, text) VALUES (x'00', 'SELECT 1');
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {runs})
INSERT INTO run_log (module_id, module_name, triggered_by, started_at, finished_at, status, row_count, rows_deleted,
                     rows_inserted, error, merge_strategy, resolved_source_sql_id, merge_sql_id)
SELECT 1 + i % {modules}, 'module_' || (1 + i % {modules}), 'manual',
       strftime('%Y-%m-%dT%H:%M:%S.000Z', {first} + i * 30, 'unixepoch'), strftime('%Y-%m-%dT%H:%M:%S.500Z', {first} + i * 30, 'unixepoch'),
       CASE WHEN i % 100 = 0 THEN 'error' ELSE 'success' END, i % 5000, 0, i % 5000,
       CASE WHEN i % 100 = 0 THEN 'the merge failed: duplicate key value violates unique constraint' END,
       'full', 1, 1 FROM n;
UPDATE module SET last_run_id = (SELECT max(id) FROM run_log WHERE module_id = module.id);
COMMIT;
ANALYZE;
""")
db.close()

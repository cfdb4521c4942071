-- Rehearsals whose staging table may still be at the destination: it is dropped by whoever looks, if its run died.
CREATE TABLE rehearsal (
  run_id    INTEGER PRIMARY KEY REFERENCES run_log (id) ON DELETE CASCADE,
  module_id INTEGER NOT NULL REFERENCES module (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX rehearsal_module ON rehearsal (module_id);

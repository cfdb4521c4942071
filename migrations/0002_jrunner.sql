-- What was found out about an external runner: how it prints rows (`about` is 'rows'), what it makes of scripts by a
-- driver and the options of its connections (`about` is 'scripts', the driver's jar and the options).
CREATE TABLE probe (
  program   TEXT NOT NULL,                       -- its path, size and time of change, and those of its jars
  about     TEXT NOT NULL,
  found     TEXT NOT NULL,                       -- JSON
  probed_at TEXT NOT NULL,
  PRIMARY KEY (program, about)
) STRICT;

-- Whether a merge may run where it is not known to be one transaction.
ALTER TABLE module ADD COLUMN allow_non_atomic INTEGER NOT NULL DEFAULT 0 CHECK (allow_non_atomic IN (0, 1));

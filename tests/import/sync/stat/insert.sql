SET client_min_messages TO warning;
DROP TABLE IF EXISTS fresh;
CREATE TEMPORARY TABLE fresh AS SELECT * FROM staging.stat;
DELETE FROM rlarp.stat AS t USING fresh AS f WHERE t.day = f.day;
INSERT INTO rlarp.stat (day, kind, n) SELECT f.day, f.kind, f.n FROM fresh f;
DROP TABLE fresh;

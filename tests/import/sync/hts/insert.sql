INSERT INTO rlarp.hts (hts, descr)
SELECT hts, descr FROM staging.hts
ON CONFLICT (hts) DO UPDATE SET descr = excluded.descr;

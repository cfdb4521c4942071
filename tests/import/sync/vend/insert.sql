DELETE FROM rlarp.vend WHERE vend_no = ANY (SELECT vno FROM staging.vend);
INSERT INTO rlarp.vend (name, vend_no, since)
SELECT vname, vno, since::date
FROM staging.vend;

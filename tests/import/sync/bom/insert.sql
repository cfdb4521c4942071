DELETE FROM rlarp.bom WHERE bom_no IN (SELECT DISTINCT s.bom_no FROM staging.bom s);
INSERT INTO rlarp.bom (bom_no, part, qty, changed) SELECT bom_no, part, qty, changed FROM staging.bom;

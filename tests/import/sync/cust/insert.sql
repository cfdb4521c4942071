\set ON_ERROR_STOP on
BEGIN;
/* everything is replaced; see the mail of 2019-03-04; TRUNCATE takes too strong a lock */
DELETE FROM rlarp.cust WHERE 1 = 1;
INSERT INTO rlarp.cust (cust_no, name, city, credit)
SELECT s.cust_no, s.name, s.city, s.credit
FROM staging.cust AS s;
COMMIT;

REFRESH MATERIALIZED VIEW rlarp.cust_city;

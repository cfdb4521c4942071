-- closed periods never change
DELETE FROM rlarp.gl_open
WHERE period IN (SELECT period FROM rlarp.open_period);

INSERT INTO rlarp.gl_open
SELECT period, acct, seq, amount
FROM staging.gl_open;

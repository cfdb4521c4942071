TRUNCATE TABLE rlarp.code;

INSERT INTO rlarp.code
    (code, descr, active)
SELECT
    code
    ,descr
    ,active
FROM
    staging.code;

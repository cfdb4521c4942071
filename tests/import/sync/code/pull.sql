SELECT
    RTRIM(CODE) code
    ,RTRIM(DESCR) descr
    ,ACTIVE active
FROM
    lgdat.codes

SELECT
    v.vend_no AS vno,
    v.name AS vname,
    CASE v.since WHEN '' THEN NULL ELSE v.since END AS since
FROM lgdat.vend v

SELECT bom_no, part, qty, changed
FROM lgdat.bom
WHERE bom_no IN (
    SELECT bom_no FROM lgdat.bom WHERE changed >= '#DATE#'
    UNION
    SELECT bom_no FROM lgdat.bom WHERE bom_no > #NUMBER#
)

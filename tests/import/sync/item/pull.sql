WITH used AS (
    SELECT DISTINCT item FROM lgdat.ordl
)
SELECT i.item, i.descr, i.uom, i.cost
FROM lgdat.item i
    INNER JOIN used u ON u.item = i.item

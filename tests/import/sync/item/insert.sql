DELETE FROM rlarp.item d
WHERE EXISTS (SELECT 1 FROM staging.item s WHERE s.item = d.item);

INSERT INTO rlarp.item (item, descr, uom, cost)
SELECT s.item, s.descr, s.uom, s.cost
FROM staging.item s;

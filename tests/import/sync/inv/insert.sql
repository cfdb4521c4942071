INSERT INTO rlarp.inv (inv_no, inv_date, amount)
SELECT inv_no, inv_date, amount
FROM staging.inv
ORDER BY inv_no;

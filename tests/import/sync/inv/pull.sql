SELECT inv_no, inv_date, amount
FROM lgdat.inv
WHERE inv_no > :last  -- the last one that we have

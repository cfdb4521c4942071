-- customers with a credit line
SELECT cust_no, name, city, credit
FROM lgdat.cust
WHERE credit IS NOT NULL
ORDER BY cust_no;

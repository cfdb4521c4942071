SELECT order_no, cust_no, odate, status, changed
FROM lgdat.ordh
WHERE changed >= '{{since}}'

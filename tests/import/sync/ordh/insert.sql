DELETE FROM rlarp.ordh WHERE order_no IN (SELECT order_no FROM staging.ordh);
INSERT INTO rlarp.ordh (order_no, cust_no, odate, status, changed)
SELECT order_no, cust_no, odate, status, changed FROM staging.ordh;

TRUNCATE rlarp.price;
INSERT INTO rlarp.price ("item", "cust_no", "price") SELECT * FROM staging.price;

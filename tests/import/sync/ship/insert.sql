DELETE FROM rlarp.ship WHERE ship_no IN (SELECT ship_no FROM staging.ship);
INSERT INTO rlarp.ship (ship_no, order_no, shipped)
SELECT ship_no, order_no, shipped FROM staging.ship;

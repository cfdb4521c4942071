SELECT ship_no, order_no, shipped
FROM lgdat.ship
WHERE shipped >= '@FROM@'

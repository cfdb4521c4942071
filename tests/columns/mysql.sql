--= order_no | customer
SELECT order_no, customer FROM orders WHERE changed_at >= '{since}'
--= order_no | customer
SELECT `order_no`, `orders`.`customer` FROM `orders`
--= a`b | x
SELECT customer AS `a``b`, total `x` FROM orders
--= lit | lit2 | lit3
SELECT customer AS 'lit', total 'lit2', region "lit3" FROM orders
--= x | ?
SELECT 'it\'s, from' AS x, "a\", from" FROM orders
--= b
SELECT 'back\\' AS b FROM orders
--= ? | j
SELECT 'a' 'b', 'a' 'b' AS j FROM orders
--= order_no | total
SELECT order_no, # the number, from
 total # money
FROM orders
--= m | n
SELECT total--1 AS m, total - -1 n FROM orders
--= order_no | total
SELECT order_no, -- the number
  total
FROM orders
--= order_no
SELECT SQL_NO_CACHE order_no FROM orders
--= order_no | customer
SELECT DISTINCT STRAIGHT_JOIN SQL_BIG_RESULT order_no, customer FROM orders
--= order_no
SELECT /*!40001 SQL_NO_CACHE */ order_no FROM orders
--= order_no
SELECT /*+ MAX_EXECUTION_TIME(1000) */ order_no FROM orders
--= d | ? | e
SELECT changed_at + INTERVAL 1 DAY AS d, changed_at - INTERVAL 2 MONTH, DATE_ADD(changed_at, INTERVAL 1 DAY) e FROM orders
--= day
SELECT changed_at + INTERVAL 1 DAY day FROM orders
--= q | m
SELECT total DIV 2 AS q, total MOD 2 AS m FROM orders
--= ? | ?
SELECT total DIV qty, total MOD qty FROM orders
--= g
SELECT GROUP_CONCAT(customer ORDER BY customer, total DESC SEPARATOR ', ') AS g FROM orders
--= i
SELECT IF(total > 1, 'a, from', 'b') i FROM orders
--= y | t | s
SELECT EXTRACT(YEAR_MONTH FROM changed_at) AS y, TRIM(BOTH 'x' FROM customer) t, SUBSTRING(customer FROM 2 FOR 3) s FROM orders
--= ?
SELECT BINARY customer FROM orders
--= dt | ?
SELECT DATE '2020-01-01' AS dt, TIMESTAMP '2020-01-01 00:00:00' FROM orders
--= u | ?
SELECT _utf8mb4'it, from' AS u, _utf8mb4 x'41' FROM orders
--= h | b
SELECT 0xFF AS h, b'101' b FROM orders
--= ? | r
SELECT customer REGEXP '^a', customer RLIKE 'b' AS r FROM orders
--= c
SELECT CONVERT(customer USING utf8mb4) AS c FROM orders
--= c | ?
SELECT customer COLLATE utf8mb4_bin AS c, customer COLLATE utf8mb4_bin FROM orders
--= from
SELECT orders.from FROM orders
--= order_no | n
WITH x AS (SELECT order_no, count(*) AS n FROM `lines` GROUP BY order_no) SELECT x.order_no, x.n FROM x
--= total
SELECT total FROM orders WHERE customer = 'a' ORDER BY total LIMIT 1, 2
--= rn
SELECT ROW_NUMBER() OVER (PARTITION BY customer ORDER BY total) AS rn FROM orders
--= v
SELECT @row := 1 AS v FROM orders
--= ? | w
SELECT @@version, @a AS w
--= n
SELECT NULL AS n FROM dual
--= v
SELECT CASE customer WHEN 'a' THEN 1 WHEN 'b' THEN 2 END v FROM orders FOR UPDATE
--= order_no | order_no
SELECT order_no, l.order_no FROM orders JOIN `lines` l USING (order_no) LOCK IN SHARE MODE
--= 1st
SELECT customer AS `1st` FROM orders
--= total
SELECT total/* not /* nested */ FROM orders
--! SQL that the server runs
SELECT order_no /*!40000 , customer */ FROM orders
--! UNION
SELECT order_no FROM orders UNION DISTINCT SELECT 1
--! not closed
SELECT 'open\' FROM orders
--! not closed
SELECT `open FROM orders
--! ends with `-`
SELECT total--WHERE customer = 'a'

--= order_no | customer | total | changed_at
SELECT order_no, customer, total, changed_at FROM orders WHERE changed_at >= '{since}'
--= *
SELECT * FROM orders
--= *
select*from orders
--= *
SELECT o.* FROM orders o
--= order_no | * | n
SELECT o.order_no, c.*, 1 AS n FROM orders o JOIN customers c ON c.id = o.customer
--= a | b | c
SELECT order_no a, customer AS b, total "c" FROM orders
--= Order No | it"s | x y | q
SELECT order_no AS "Order No", customer AS "it""s", total [x y], status `q` FROM orders
--= lit | lit2
SELECT order_no 'lit', total AS 'lit2' FROM orders
--= ?
SELECT count(*) FROM orders
--= ? | ? | ?
SELECT 1, 'a, b from c', NULL
--= one | two
SELECT 1 AS one, 'from' AS two
--= customer | n | s
SELECT customer, count(*) AS n, sum(total) AS s FROM orders GROUP BY customer HAVING count(*) > 1 ORDER BY s DESC LIMIT 10
--= customer
SELECT DISTINCT customer FROM orders
--= customer | total
SELECT DISTINCT customer, total FROM orders ORDER BY 1, 2
--= customer
SELECT ALL customer FROM orders
--= state
SELECT CASE WHEN total > 100 THEN CASE WHEN status = 'x' THEN 'big, from x' ELSE 'big' END ELSE CASE status WHEN 'y' THEN 'small y' END END AS state FROM orders
--= ? | bare
SELECT CASE status WHEN 'a' THEN 1 ELSE 2 END, CASE WHEN 1 THEN 2 END bare FROM orders
--= rn | running
SELECT row_number() OVER (PARTITION BY customer, region ORDER BY changed_at DESC, order_no) AS rn,
       sum(total) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) running
FROM orders WINDOW w AS (PARTITION BY customer ORDER BY order_no)
--= ?
SELECT sum(total) OVER w FROM orders WINDOW w AS (PARTITION BY customer)
--= s
SELECT sum(total) OVER w s FROM orders WINDOW w AS (PARTITION BY customer)
--= ? | same
SELECT customer IS DISTINCT FROM region, customer IS NOT DISTINCT FROM region AS same FROM orders
--= last_line | order_no
SELECT (SELECT max(l.line_no) FROM lines l WHERE l.order_no = o.order_no) AS last_line, o.order_no FROM orders o
--= ?
SELECT EXISTS (SELECT 1 FROM lines l, customers c WHERE l.order_no = o.order_no) FROM orders o
--= order_no | customer
WITH recent AS (SELECT order_no, customer FROM orders WHERE changed_at > '{since}') SELECT order_no, customer FROM recent
--= order_no | lines
WITH RECURSIVE a(n, m) AS (SELECT 1, 2 UNION ALL SELECT n + 1, m FROM a WHERE n < 5), b AS MATERIALIZED (SELECT order_no, count(*) AS lines FROM lines GROUP BY order_no)
SELECT b.order_no, b.lines FROM b JOIN a ON a.n = b.lines
--= order_no | customer | total
SELECT
    order_no,        -- the number, as printed
    customer,        -- who, not from where
    total            /* money */
FROM orders
--= order_no | customer | total
SELECT order_no     -- number
     , customer     -- who
     , total        -- money
  FROM orders
--= order_no | customer | total
SELECT
  -- keys
  order_no,

  -- measures, all of them
  -- customer_old,
  /* who */ customer,
  total
-- from here on: the table
FROM orders
--= order_no | total
SELECT /* a, b FROM c */ order_no /* , */ , /* FROM */ total /* x */ FROM /* y */ orders
--= order_no | total
SELECT order_no,--x
total--y
FROM orders
--= order_no | total
SELECT order_no,total FROM orders;
--= order_no
SELECT order_no FROM orders ; -- done; really
--= order_no
-- a header; with SELECT a, b FROM c in it
/* and SELECT d */
SELECT order_no FROM orders
--= x
SELECT 'it''s; not, from' AS x FROM orders
--= x
SELECT "from" AS x FROM orders
--= from | select | x
SELECT orders."from", [select], `x` FROM (SELECT 1 AS "select", 2 AS "x"), orders
--= total
SELECT total FROM orders WHERE note = 'SELECT a, b FROM c UNION SELECT d' ORDER BY total
--= ? | amount
SELECT total * 1.5e-3, total*1.1 AS amount FROM orders
--= n | ? | h
SELECT -order_no n, - total, 0xFF h FROM orders
--= d | ? | u
SELECT date(changed_at) AS d, strftime('%Y-%m, from', changed_at), upper(trim(customer)) u FROM orders
--= c | ?
SELECT customer COLLATE nocase AS c, customer COLLATE nocase FROM orders
--= name | city
SELECT c.name, c.city FROM customers AS c LEFT JOIN orders AS o ON o.customer = c.id WHERE o.order_no IS NULL
--= j | k | ?
SELECT data -> '$.a' AS j, data ->> '$.b' k, json_extract(data, '$.c,d') FROM orders
--= ? | y
SELECT customer || ', ' || region, (customer || region) AS y FROM orders
--= ? | isnull2
SELECT customer ISNULL, customer NOTNULL isnull2 FROM orders
--= ? | l
SELECT customer LIKE 'a%' ESCAPE '!', customer GLOB 'a*' AS l FROM orders
--= w
SELECT '{since}' AS w FROM orders WHERE order_no > {last}
--= ? | last
SELECT {last}, {last} AS last FROM orders
--= ünï | größe
SELECT order_no AS ünï, total "größe" FROM orders
--= cast_total | ?
SELECT CAST(total AS decimal(10, 2)) AS cast_total, CAST(total AS text) FROM orders
--= total | filtered
SELECT total, sum(total) FILTER (WHERE status = 'x, from') OVER (ORDER BY order_no) AS filtered FROM orders
--= x | y
SELECT x, y FROM (SELECT order_no AS x, total AS y FROM orders UNION SELECT line_no, price FROM lines)
--= offset_ | limit_
SELECT order_no AS offset_, total AS limit_ FROM orders LIMIT 5 OFFSET 2
--= k
SELECT CASE WHEN order_no IN (SELECT order_no FROM lines WHERE qty > 1) THEN 'in' ELSE 'out' END AS k FROM orders
--! UNION
SELECT order_no FROM orders UNION ALL SELECT line_no FROM lines
--! EXCEPT
SELECT order_no FROM orders EXCEPT SELECT line_no FROM lines
--! INTERSECT
WITH a AS (SELECT 1) SELECT order_no FROM orders INTERSECT SELECT line_no FROM lines
--! more than one statement
SELECT 1; SELECT 2
--! begins with VALUES
VALUES (1, 2), (3, 4)
--! begins with UPDATE
UPDATE orders SET total = 1
--! comma behind its last column
SELECT order_no, FROM orders
--! nothing between two commas
SELECT order_no, , total FROM orders
--! selects no columns
SELECT FROM orders
--! not closed
SELECT 'open FROM orders
--! not closed
SELECT order_no /* open FROM orders
--! closes nothing
SELECT order_no) FROM orders
--! is not closed
SELECT (order_no FROM orders
--! no SELECT in it
-- nothing here
--! runs into a word
SELECT 1FROM orders
--! main statement is no SELECT
WITH a AS (SELECT 1) DELETE FROM orders
--= order_no | t
SELECT
 /* , */ -- keys
  order_no,3
 t
FROM orders

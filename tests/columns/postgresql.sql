--= order_no | customer | total
SELECT order_no, customer, total FROM orders WHERE changed_at >= '{since}'
--= *
SELECT * FROM orders
--= order_no | customer
SELECT DISTINCT ON (customer, region) order_no, customer FROM orders ORDER BY customer, region, changed_at DESC
--= order_no
SELECT DISTINCT ON (customer) order_no FROM orders
--= y | m
SELECT EXTRACT(YEAR FROM changed_at) AS y, date_part('month', changed_at) m FROM orders
--= t | u | s | o
SELECT TRIM(BOTH 'x' FROM customer) AS t, TRIM(LEADING FROM customer) u, SUBSTRING(customer FROM 1 FOR 2) s, OVERLAY(customer PLACING 'x' FROM 2 FOR 1) AS o FROM orders
--= p
SELECT POSITION('a' IN customer) p FROM orders
--= ? | d
SELECT customer IS DISTINCT FROM region, customer IS NOT DISTINCT FROM region AS d FROM orders
--= total | c | d
SELECT total::numeric(10,2), total::text AS c, changed_at::timestamp with time zone d FROM orders
--= changed_at | ts | ? | a
SELECT changed_at::timestamp with time zone, changed_at::timestamp ts, total + 1::double precision, customer::character varying AS a FROM orders
--= iv | ?
SELECT (changed_at - changed_at)::interval day to second iv, interval '1' day FROM orders
--= x | ? | z
SELECT E'it\'s, from' AS x, E'a\\', $$it's, from $1$$ AS z FROM orders
--= body
SELECT $q$ SELECT a, b FROM $$c$$ -- no comment $q$ AS body FROM orders
--= j | k | l | ?
SELECT data->'a' AS j, data->>'b' k, data#>>'{a,b}' l, data @> '{"a": 1}' FROM orders
--= a | b
SELECT ARRAY[1, 2, 3] AS a, (ARRAY['x, y'])[1] b FROM orders
--= a | t
SELECT tags[1] AS a, tags[1:2] t FROM orders
--= z | ?
SELECT changed_at AT TIME ZONE 'UTC' AS z, changed_at AT TIME ZONE note FROM orders
--= z2
SELECT changed_at AT TIME ZONE 'Europe/Berlin' z2 FROM orders
--= c | ?
SELECT customer COLLATE "C" AS c, customer COLLATE "C" FROM orders
--= n | r
SELECT count(*) FILTER (WHERE status = 'x') AS n, rank() OVER (PARTITION BY customer ORDER BY total DESC NULLS LAST) r FROM orders GROUP BY customer, total
--= p
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY total) AS p FROM orders
--= agg
SELECT string_agg(customer, ', ' ORDER BY customer, total) agg FROM orders
--= from | select | union
SELECT customer AS from, total AS select, region AS union FROM orders
--= from
SELECT o."from" FROM orders o
--= from
SELECT o.from FROM orders o
--= Mixed | mixed
SELECT customer AS "Mixed", total AS mixed FROM orders
--= a"b
SELECT customer AS "a""b" FROM orders
--= x
SELECT ((customer)) AS x FROM orders
--= a | b
(SELECT customer AS a, region AS b FROM orders)
--= a
((SELECT customer AS a FROM orders)) LIMIT 5
--= a
(SELECT customer AS a FROM orders ORDER BY 1) LIMIT 5
--= a
WITH x AS (SELECT 1 AS a) (SELECT a FROM x)
--= a | b
WITH x(a, b) AS (VALUES (1, 2)), y AS NOT MATERIALIZED (SELECT a, b FROM x) SELECT y.a, y.b FROM y
--= order_no
WITH gone AS (DELETE FROM lines WHERE qty = 0 RETURNING order_no, line_no) SELECT order_no FROM gone
--= id | parent | path
WITH RECURSIVE t(id, parent, path) AS (SELECT 1, 2, 'a' UNION ALL SELECT id, parent, path FROM t WHERE false) SELECT t.id, t.parent, t.path FROM t
--= n
WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM t WHERE n < 3) SEARCH DEPTH FIRST BY n SET o SELECT n FROM t
--= a
SELECT customer a /* outer /* inner, FROM */ still */ FROM orders
--= g
SELECT generate_series(1, 3) AS g
--= one
SELECT 1 AS one WHERE 1 = 1
--= one | two
SELECT 1 AS one, 2 two ORDER BY one LIMIT 1
--= i
SELECT i FROM generate_series(1, 10) AS i
--= a | b
SELECT l.a, l.b FROM orders o CROSS JOIN LATERAL (SELECT o.total AS a, o.customer AS b) l
--= case
SELECT CASE WHEN total > 1 THEN 'a' ELSE 'b' END AS "case" FROM orders
--= coalesced
SELECT COALESCE((SELECT max(qty) FROM lines WHERE lines.order_no = o.order_no), 0) AS coalesced FROM orders o FOR UPDATE OF o
--= row
SELECT ROW(customer, total) AS row FROM orders
--= ? | b
SELECT (total, qty) = (1, 2), (total, qty) < (1, 2) AS b FROM orders
--= nn | ? | bt
SELECT customer IS NOT NULL nn, total BETWEEN 1 AND 2, total BETWEEN symmetric 1 AND 2 AS bt FROM orders
--= x | y
SELECT total # 1 AS x, total & 2 y FROM (SELECT 5 AS total) t
--= ab | ?
SELECT @ total AS ab, |/ total FROM orders
--= d | ts | ?
SELECT DATE '2020-01-01' AS d, TIMESTAMP '2020-01-01 00:00' ts, TIME '10:00' FROM orders
--= u
SELECT U&'d\0061t, from' AS u FROM orders
--= b | h
SELECT B'101' AS b, X'1F' h FROM orders
--= continued
SELECT 'a'
 'b, from' AS continued FROM orders
--= v
SELECT '{v}' AS v FROM orders WHERE total > {w} AND customer = ANY('{a,b}')
--= region | ?
SELECT region, sum(total) FROM orders GROUP BY 1 ORDER BY 2 DESC
--= region | n
SELECT region, count(*) AS n FROM orders GROUP BY ROLLUP (region) ORDER BY region
--= total | sku
SELECT o.total, l.sku FROM orders o, lines l WHERE o.order_no = l.order_no AND l.sku <> 'UNION'
--= customer
SELECT customer FROM orders WHERE EXISTS (SELECT 1 FROM lines UNION SELECT 2) FETCH FIRST 3 ROWS ONLY
--= a | b
SELECT/*x*/order_no/*y*/AS/*z*/a,/*w*/customer/*v*/b/*u*/FROM/*t*/orders
--= order_no | customer | total
SELECT order_no, /* who,
  from where */ customer, total -- not
  /* the
  last */
FROM orders
--= order_no | who
SELECT
	order_no
	,	customer	AS	who
FROM	orders
--! UNION
SELECT customer FROM orders UNION SELECT region FROM orders ORDER BY 1
--! UNION
(SELECT customer FROM orders) UNION (SELECT region FROM orders)
--! several SELECTs
WITH x AS (SELECT 1 AS a) (SELECT a FROM x) UNION SELECT 2
--! begins with TABLE
TABLE orders
--! begins with EXPLAIN
EXPLAIN SELECT 1
--! selects no columns
SELECT FROM orders
--! main statement is no SELECT
WITH x AS (SELECT 1 AS a) INSERT INTO orders SELECT a FROM x
--! not closed
SELECT $a$ open FROM orders
--! CR alone
SELECT order_no -- comment!CR!, customer
FROM orders
--! white space that some databases
SELECT order_no!NBSP!FROM orders

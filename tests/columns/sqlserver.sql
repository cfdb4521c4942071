--= OrderNo | Customer
SELECT OrderNo, Customer FROM dbo.Orders WHERE ChangedAt >= '{since}'
--= OrderNo
SELECT TOP 10 OrderNo FROM dbo.Orders
--= OrderNo | Total
SELECT TOP (10) PERCENT WITH TIES OrderNo, Total FROM dbo.Orders ORDER BY Total DESC
--= OrderNo
SELECT DISTINCT TOP (5) OrderNo FROM dbo.Orders
--= *
SELECT TOP 1 * FROM dbo.Orders
--= OrderNo
SELECT TOP (@n) OrderNo FROM dbo.Orders
--= x
SELECT TOP 2 -Total AS x FROM dbo.Orders
--= Order No | Total | it]s
SELECT [Order No], o.[Total], Customer AS [it]]s] FROM dbo.Orders o
--= No | Who | T | S
SELECT No = OrderNo, [Who] = Customer, 'T' = Total, "S" = Status FROM dbo.Orders
--= A | B
SELECT A = CASE WHEN x = 1 THEN 2 ELSE 3 END, B = (SELECT TOP 1 y = z FROM u) FROM t
--= lit | lit2
SELECT OrderNo 'lit', Total AS 'lit2' FROM dbo.Orders
--= n | ?
SELECT N'it''s, from' AS n, N'x' FROM t
--= OrderNo | Total
SELECT OrderNo, Total INTO #recent FROM dbo.Orders
--= OrderNo
SELECT o.OrderNo FROM LINKED.db.dbo.Orders o WITH (NOLOCK) OPTION (MAXDOP 1)
--= OrderNo
SELECT srv.db..Orders.OrderNo FROM srv.db..Orders
--= d | e
SELECT DATEADD(day, -1, GETDATE()) AS d, CONVERT(varchar(10), ChangedAt, 126) e FROM dbo.Orders
--= z | ?
SELECT ChangedAt AT TIME ZONE 'UTC' AS z, ChangedAt AT TIME ZONE 'UTC' FROM dbo.Orders
--= rn
SELECT ROW_NUMBER() OVER (PARTITION BY Customer, Region ORDER BY OrderNo) AS rn FROM dbo.Orders
--= a | b
;WITH x AS (SELECT a, b FROM t), y (a, b) AS (SELECT a, b FROM x) SELECT y.a, y.b FROM y
--= c | ?
SELECT Customer COLLATE Latin1_General_CI_AS AS c, Customer COLLATE Latin1_General_CI_AS FROM dbo.Orders
--= s
SELECT NEXT VALUE FOR dbo.seq AS s
--= ?
SELECT NEXT VALUE FOR dbo.seq
--= j
SELECT (SELECT a, b FROM t FOR JSON PATH) AS j FROM u
--= a | b
SELECT a, b FROM t FOR XML PATH('x'), ROOT('y')
--= money | ?
SELECT $1.50 AS money, $2 FROM t
--= id
SELECT $identity AS id FROM t
--= v
SELECT x.value('(a/text())[1]', 'varchar(10)') AS v FROM t CROSS APPLY t.doc.nodes('/r') n(x)
--= p | q
SELECT p, q FROM t PIVOT (sum(v) FOR k IN ([p], [q])) pv
--= i
SELECT IIF(a = b, 1, 2) AS i FROM t
--= a
SELECT a /* x /* nested, FROM */ y */ FROM t
--= from | a,b | x y
SELECT [from], [a,b], [t].[x y] FROM t
--= ?
SELECT @v = a FROM t
--= x
SELECT Total x FROM dbo.Orders -- no more
--= 2020
SELECT SUM(CASE WHEN YEAR(d) = 2020 THEN v ELSE 0 END) [2020] FROM t GROUP BY k
--= off
SELECT a AS off FROM t ORDER BY a OFFSET 10 ROWS FETCH NEXT 5 ROWS ONLY
--= tick
SELECT a AS tick FROM t WHERE b = 'x''; SELECT 1, 2'
--! second SELECT
SELECT a FROM t
SELECT b FROM u
--! begins with SET
SET NOCOUNT ON SELECT a FROM t
--! begins with EXEC
EXEC dbo.get_orders @since = '{since}'
--! begins with DECLARE
DECLARE @x int = 1; SELECT @x AS x
--! more than one statement
SELECT a INTO #t FROM x; SELECT a FROM #t
--! EXCEPT
SELECT a FROM t EXCEPT SELECT a FROM u
--! runs into a word
SELECT 1FROM t
--! runs into a word
SELECT 1.FROM t
--! not closed
SELECT [open FROM t

SELECT day, kind, n FROM lgdat.stat
UNION ALL
SELECT day, 'total', sum(n) FROM lgdat.stat GROUP BY day

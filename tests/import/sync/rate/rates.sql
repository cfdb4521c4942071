SELECT cur, day, rate FROM lgdat.rate WHERE day >= DATE '2026-01-01' AND cur LIKE '%$%' OR cur IN ('EUR', 'CHF')

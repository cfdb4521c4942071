SELECT LNUM AS order_no, LLINE AS line_no, RTRIM(LITEM) AS item, LQTY AS quantity, LPRICE AS price, OCHGD AS changed_at
FROM ORDL JOIN ORDH ON ONUM = LNUM
WHERE OCHGD >= '{changed}'   -- orders that changed since the last load, lines that came late among them
   OR ONUM > {number}        -- and new ones, whatever their clock says

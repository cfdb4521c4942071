-- A day later: a new order, a changed one, a deleted line, a customer who left, and a line that came late, into an
-- order whose time of change is the highest that was loaded already.
INSERT INTO ORDH VALUES (5001, 'C0000007', '2026-01-04 11:30:00');
INSERT INTO ORDL VALUES (5001, 1, 'ITEM-7      ', 3, 19.9900), (5001, 2, 'ITEM-8      ', 1, 0.5000);
UPDATE ORDH SET OCHGD = '2026-01-04 11:31:00' WHERE ONUM = 17;
UPDATE ORDL SET LQTY = 99 WHERE LNUM = 17 AND LLINE = 1;
DELETE FROM ORDL WHERE LNUM = 17 AND LLINE = 3;
INSERT INTO ORDL VALUES (5000, 4, 'ITEM-LATE   ', 1, 1.0000);
UPDATE CUST SET CEND = '2026-01-04' WHERE CCUST = 'C0000001';
INSERT INTO EVENT VALUES (10001, 5001, 'entered   ', '2026-01-04 11:30:00'), (10002, 17, 'changed   ', '2026-01-04 11:31:00');

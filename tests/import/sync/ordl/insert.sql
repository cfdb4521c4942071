DELETE FROM rlarp.ordl d
USING staging.ordl s
WHERE d.order_no = s.order_no AND d.line_no = s.line_no;

INSERT INTO rlarp.ordl SELECT * FROM staging.ordl;
ANALYZE rlarp.ordl;

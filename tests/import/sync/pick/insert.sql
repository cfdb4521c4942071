BEGIN;
TRUNCATE rlarp.pickh;
INSERT INTO rlarp.pickh (pick_no, order_no, picked) SELECT pick_no, order_no, picked FROM staging.pickh;
DELETE FROM rlarp.pickl USING staging.pickl AS s WHERE rlarp.pickl.pick_no = s.pick_no;
INSERT INTO rlarp.pickl SELECT s.* FROM staging.pickl s;
END;

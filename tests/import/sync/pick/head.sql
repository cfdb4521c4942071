SELECT pick_no, order_no, picked FROM lgdat.pickh

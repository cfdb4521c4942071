SELECT pick_no, line_no, qty FROM lgdat.pickl

SELECT hts, descr FROM lgdat.hts

SELECT whse, descr, city
FROM lgdat.whse

SELECT * FROM lgdat.ffsbglr1 WHERE hbperd IN (SELECT perd FROM lgdat.openperd)

SELECT terms, days
FROM lgdat.terms

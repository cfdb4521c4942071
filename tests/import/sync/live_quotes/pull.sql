SELECT TOP 5000 q.[Quote No] AS quote_no, q.Customer AS customer, q.[Total; net] AS total
FROM pricing.dbo.Quotes q
WHERE q.Status <> 'closed'

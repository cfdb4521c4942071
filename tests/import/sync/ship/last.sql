SELECT COALESCE(MAX(shipped), DATE '2000-01-01') AS last FROM rlarp.ship

-- the period before the last one that we have
SELECT coalesce(lpad((max(period)::int - 1)::text, 4, '0'), '0000')
FROM rlarp.gl;

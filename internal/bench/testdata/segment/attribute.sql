-- People who live in Hangzhou.
-- Reading the value as text is faster here than containment (@>) and than comparing JSON.
SELECT string_agg((id & 4294967295)::text, ',') FROM persons
WHERE id BETWEEN 1::bigint << 32 AND (1::bigint << 32) + 4294967295 AND NOT stub AND subject = 0
  AND attributes ->> 'city' = 'Hangzhou'

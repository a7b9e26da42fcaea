-- People from 25 to 34 years old with the tag value = high.
SELECT string_agg((id & 4294967295)::text, ',') FROM persons
WHERE id BETWEEN 1::bigint << 32 AND (1::bigint << 32) + 4294967295 AND NOT stub AND subject = 0
  AND tags ->> 'value' = 'high' AND (attributes ->> 'age')::numeric BETWEEN 25 AND 34

-- People whose purchases of category c3 in the second half of 2025 come to more than 500.
SELECT string_agg(person_num::text, ',') FROM (
  SELECT person_num FROM events
  WHERE project_num = 1 AND event_num = 6 AND at >= 1751299200000 AND at < 1767196800000 AND props ->> 'category' = 'c3'
  GROUP BY person_num HAVING sum((props ->> 'amount')::numeric) > 500) AS people

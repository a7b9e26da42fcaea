-- People with five or more clicks from 1 October to 31 December 2025 (Shanghai).
SELECT string_agg(person_num::text, ',') FROM (
  SELECT person_num FROM events
  WHERE project_num = 1 AND event_num = 2 AND at >= 1759248000000 AND at < 1767196800000
  GROUP BY person_num HAVING count(*) >= 5) AS people

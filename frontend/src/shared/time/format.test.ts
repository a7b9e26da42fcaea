import dayjs from 'dayjs';
import { expect, test } from 'vitest';
import { formatDay, formatMinute, formatSecond, fromZone, inZone } from './format';

test('times are shown in the zone of the project, not of the browser', () => {
  expect(formatMinute('2026-11-22T12:00:30Z', 'Asia/Shanghai')).toBe('2026-11-22 20:00');
  expect(formatSecond('2026-11-22T12:00:30Z', 'America/New_York')).toBe('2026-11-22 07:00:30');
  expect(formatDay('2026-11-21T16:30:00Z', 'Asia/Shanghai')).toBe('2026-11-22');
  expect(formatMinute(null, 'Asia/Shanghai')).toBe('--');
});

test('what a picker shows is read in the zone of the project', () => {
  expect(fromZone(dayjs('2026-11-22T20:00:00'), 'Asia/Shanghai')).toBe('2026-11-22T12:00:00.000Z');
  const there = inZone('2026-11-22T12:00:00Z', 'Asia/Shanghai');
  expect(fromZone(there, 'Asia/Shanghai')).toBe('2026-11-22T12:00:00.000Z');
});

import dayjs from 'dayjs';
import { expect, test } from 'vitest';
import { formatMinute, fromZone, inZone } from '@/shared/time/format';
import { nextDays, pickedInstant } from './instant';

const zoned = (zone: string, now: string) => ({
  now: () => dayjs(now),
  toPicker: (at: string | dayjs.Dayjs) => inZone(at, zone),
  fromPicker: (wall: dayjs.Dayjs) => fromZone(wall, zone),
});
const SHANGHAI = zoned('Asia/Shanghai', '2026-11-22T12:34:56Z');

test('R68 the end of a period is the last instant of the picked minute, its start the first', () => {
  const wall = dayjs('2026-11-22T23:59:30.5');
  expect(pickedInstant(wall, 'END', SHANGHAI)).toBe('2026-11-22T15:59:59.999Z');
  expect(pickedInstant(wall, 'START', SHANGHAI)).toBe('2026-11-22T15:59:00.000Z');
});

test('R68 the last instant is shown as the picked minute, and picked again it is the same', () => {
  let at = pickedInstant(dayjs('2026-11-22T23:59'), 'END', SHANGHAI);
  for (let round = 0; round < 3; round++) {
    expect(formatMinute(at, 'Asia/Shanghai')).toBe('2026-11-22 23:59');
    const shown = dayjs(inZone(at, 'Asia/Shanghai').format('YYYY-MM-DDTHH:mm'));
    at = pickedInstant(shown, 'END', SHANGHAI);
  }
  expect(at).toBe('2026-11-22T15:59:59.999Z');
});

test.each([
  ['Asia/Shanghai', '2026-11-21T16:00:00.000Z', '2026-11-28T15:59:59.999Z'],
  ['America/New_York', '2026-11-22T05:00:00.000Z', '2026-11-29T04:59:59.999Z'],
])('R68 the next seven days in %s are whole to their last instant', (zone, from, to) => {
  expect(nextDays(7, zoned(zone, '2026-11-22T12:34:56Z'))).toEqual({ from, to });
});

test('R68 the next days are whole when the clock changes within them', () => {
  expect(nextDays(2, zoned('America/New_York', '2026-10-31T12:00:00Z'))).toEqual({
    from: '2026-10-31T04:00:00.000Z',
    to: '2026-11-02T04:59:59.999Z',
  });
});

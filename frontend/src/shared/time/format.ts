import dayjs, { type Dayjs } from 'dayjs';
import relativeTime from 'dayjs/plugin/relativeTime';
import timezone from 'dayjs/plugin/timezone';
import utc from 'dayjs/plugin/utc';

dayjs.extend(utc);
dayjs.extend(timezone);
dayjs.extend(relativeTime);

export const DEFAULT_ZONE = 'Asia/Shanghai';

/** What stands where there is no time yet. */
export const NO_TIME = '--';

type Instant = string | null | undefined;

/** An instant as the wall clock of the zone shows it, for date pickers and the like. */
export function inZone(at: string | Dayjs, zone: string): Dayjs {
  return dayjs(at).tz(zone);
}

/** The instant at which the zone's wall clock shows what the picker shows, whatever zone the picker thinks in. */
export function fromZone(wall: Dayjs, zone: string): string {
  return dayjs.tz(wall.format('YYYY-MM-DDTHH:mm:ss.SSS'), zone).toISOString();
}

export function formatDay(at: Instant, zone: string): string {
  return at ? inZone(at, zone).format('YYYY-MM-DD') : NO_TIME;
}

export function formatMinute(at: Instant, zone: string): string {
  return at ? inZone(at, zone).format('YYYY-MM-DD HH:mm') : NO_TIME;
}

export function formatSecond(at: Instant, zone: string): string {
  return at ? inZone(at, zone).format('YYYY-MM-DD HH:mm:ss') : NO_TIME;
}

/** How far off, in words: "in 3 minutes"; `now` is business time. */
export function formatDistance(at: Instant, now: Dayjs): string {
  return at ? dayjs(at).from(now) : NO_TIME;
}

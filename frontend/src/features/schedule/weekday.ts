import type { Dayjs } from 'dayjs';
import { WEEKDAYS, type Weekday } from './scheduleTypes';

/** The day of the week that a wall clock shows. */
export function weekdayOf(wall: Dayjs): Weekday {
  return WEEKDAYS[(wall.day() + 6) % 7] as Weekday;
}

import dayjs, { type Dayjs } from 'dayjs';
import { createContext, type ReactNode, useContext, useMemo } from 'react';
import {
  DEFAULT_ZONE,
  formatDay,
  formatDistance,
  formatMinute,
  formatSecond,
  fromZone,
  inZone,
} from './format';

type Instant = string | null | undefined;

/** Times as the project sees them: in its zone, beside its business clock. */
export interface ProjectTime {
  zone: string;
  /** Business time now. In a demo it may be ahead of the machine's. */
  now: () => Dayjs;
  day: (at: Instant) => string;
  minute: (at: Instant) => string;
  second: (at: Instant) => string;
  distance: (at: Instant) => string;
  /** An instant as a value for a date picker, and back. */
  toPicker: (at: string | Dayjs) => Dayjs;
  fromPicker: (wall: Dayjs) => string;
}

function projectTime(zone: string, offset: number): ProjectTime {
  const now = () => dayjs(Date.now() + offset);
  return {
    zone,
    now,
    day: (at) => formatDay(at, zone),
    minute: (at) => formatMinute(at, zone),
    second: (at) => formatSecond(at, zone),
    distance: (at) => formatDistance(at, now()),
    toPicker: (at) => inZone(at, zone),
    fromPicker: (wall) => fromZone(wall, zone),
  };
}

const TimeContext = createContext<ProjectTime>(projectTime(DEFAULT_ZONE, 0));

interface TimeProviderProps {
  zone: string;
  /** How far business time is ahead of the machine's, in milliseconds. */
  offset: number;
  children: ReactNode;
}

export function TimeProvider({ zone, offset, children }: TimeProviderProps) {
  const time = useMemo(() => projectTime(zone, offset), [zone, offset]);
  return <TimeContext value={time}>{children}</TimeContext>;
}

export function useTime(): ProjectTime {
  return useContext(TimeContext);
}

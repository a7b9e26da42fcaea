import { DatePicker } from 'antd';
import dayjs from 'dayjs';
import { useTime } from '@/shared/time/TimeContext';
import { type Edge, pickedInstant } from './instant';

interface InstantInputProps {
  id?: string;
  label?: string;
  value?: string | null;
  onChange?: (instant: string | null) => void;
  placeholder: string;
  /** The time of day that a day gets when it is picked first. */
  timeOfDay?: string;
  /** Which end of the picked minute is meant: the last instant of a period is the minute's last. */
  edge?: Edge;
}

/** Picks an instant by the wall clock of the project's zone, to the minute, from today on. */
export function InstantInput({
  id,
  label,
  value,
  onChange,
  placeholder,
  timeOfDay = '10:00',
  edge = 'START',
}: InstantInputProps) {
  const time = useTime();
  // The picker thinks in the browser's zone; it is shown the project's wall clock as if it were its own.
  const wall = (instant: string | dayjs.Dayjs) =>
    dayjs(time.toPicker(instant).format('YYYY-MM-DDTHH:mm'));
  return (
    <DatePicker
      {...(id ? { id } : {})}
      {...(label ? { 'aria-label': label } : {})}
      showTime={{ format: 'HH:mm', defaultOpenValue: dayjs(timeOfDay, 'HH:mm') }}
      format="YYYY-MM-DD HH:mm"
      showNow={false}
      needConfirm={false}
      minDate={wall(time.now()).startOf('day')}
      value={value ? wall(value) : null}
      placeholder={placeholder}
      style={{ width: 200 }}
      onChange={(picked) => onChange?.(picked ? pickedInstant(picked, edge, time) : null)}
    />
  );
}

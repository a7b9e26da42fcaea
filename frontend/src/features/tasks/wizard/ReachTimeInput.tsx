import { DatePicker } from 'antd';
import dayjs from 'dayjs';
import { useTranslation } from 'react-i18next';
import { useTime } from '@/shared/time/TimeContext';

interface ReachTimeInputProps {
  id?: string;
  value?: string | null;
  onChange?: (instant: string | null) => void;
}

/** Picks an instant by the wall clock of the project's zone, to the minute, from now on. */
export function ReachTimeInput({ id, value, onChange }: ReachTimeInputProps) {
  const { t } = useTranslation('wizard');
  const time = useTime();
  // The picker thinks in the browser's zone; it is shown the project's wall clock as if it were its own.
  const wall = (instant: string | dayjs.Dayjs) =>
    dayjs(time.toPicker(instant).format('YYYY-MM-DDTHH:mm'));
  return (
    <DatePicker
      {...(id ? { id } : {})}
      showTime={{ format: 'HH:mm', defaultOpenValue: dayjs('10:00', 'HH:mm') }}
      format="YYYY-MM-DD HH:mm"
      showNow={false}
      needConfirm={false}
      minDate={wall(time.now()).startOf('day')}
      value={value ? wall(value) : null}
      placeholder={t('trigger.reachAtPlaceholder')}
      style={{ width: 240 }}
      onChange={(picked) => onChange?.(picked ? time.fromPicker(picked.startOf('minute')) : null)}
    />
  );
}

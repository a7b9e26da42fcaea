import { TimePicker } from 'antd';
import dayjs from 'dayjs';

interface TimeOfDayInputProps {
  label: string;
  value: string;
  onChange: (time: string) => void;
}

/** A time of day as "HH:MM". */
export function TimeOfDayInput({ label, value, onChange }: TimeOfDayInputProps) {
  return (
    <TimePicker
      aria-label={label}
      format="HH:mm"
      allowClear={false}
      needConfirm={false}
      showNow={false}
      placeholder="HH:mm"
      value={value ? dayjs(value, 'HH:mm') : null}
      onChange={(picked) => onChange(picked?.format('HH:mm') ?? '')}
      style={{ width: 104 }}
    />
  );
}

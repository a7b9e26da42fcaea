import { InputNumber } from 'antd';

interface NumberFieldProps {
  label: string;
  value: number | null;
  onChange: (value: number | null) => void;
  min?: number;
  /** What may stand there is said beside the field; more can be typed, so that nothing changes by itself. */
  width?: number;
}

/** A whole number; empty while somebody types. */
export function NumberField({ label, value, onChange, min = 0, width = 88 }: NumberFieldProps) {
  return (
    <InputNumber
      aria-label={label}
      min={min}
      precision={0}
      value={value}
      onChange={onChange}
      style={{ width }}
    />
  );
}

import { InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Length, LengthUnit } from './ruleTypes';

const UNITS = ['MINUTE', 'HOUR', 'DAY', 'WEEK'] as const satisfies readonly LengthUnit[];

interface LengthInputProps {
  label: string;
  value: Length;
  onChange: (value: Length) => void;
}

/** A length of time: 30 days, 2 hours. */
export function LengthInput({ label, value, onChange }: LengthInputProps) {
  const { t } = useTranslation('rules');
  return (
    <span style={{ display: 'inline-flex', gap: 4 }}>
      <InputNumber
        aria-label={label}
        min={1}
        precision={0}
        value={value.value}
        onChange={(count) => onChange({ ...value, value: count })}
        style={{ width: 80 }}
      />
      <Select
        aria-label={`${label} ${t('control.windowUnit')}`}
        value={value.unit}
        onChange={(unit) => onChange({ ...value, unit })}
        style={{ width: 84 }}
        options={UNITS.map((unit) => ({ value: unit, label: t(`unit.${unit}`, { count: 2 }) }))}
      />
    </span>
  );
}

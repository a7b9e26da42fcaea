import { Checkbox, DatePicker, InputNumber, Select } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useTime } from '@/shared/time/TimeContext';
import { AnchorEditor } from './AnchorEditor';
import { newWindow, WINDOW_PRESETS, WINDOWS_OF, type WindowUse } from './operators';
import styles from './rules.module.css';
import type { LastUnit, ThisUnit, Window } from './ruleTypes';
import { sentenceOfWindow } from './sentence';

interface WindowEditorProps {
  use: WindowUse;
  window: Window | undefined;
  onChange: (window: Window) => void;
  path: string;
}

const PRESET = 'PRESET_';

/** A stretch of time: the usual ones by one click, all others by their parts. */
export function WindowEditor({
  use,
  window = { kind: 'ALWAYS' },
  onChange,
  path,
}: WindowEditorProps) {
  const { t } = useTranslation('rules');
  const kinds = WINDOWS_OF[use].includes(window.kind)
    ? WINDOWS_OF[use]
    : [...WINDOWS_OF[use], window.kind];
  return (
    <>
      <Select
        aria-label={t('control.window')}
        value={window.kind as string}
        onChange={(picked) => {
          const preset = picked.startsWith(PRESET)
            ? WINDOW_PRESETS[Number(picked.slice(PRESET.length))]
            : undefined;
          onChange(preset ?? newWindow(picked as Window['kind']));
        }}
        popupMatchSelectWidth={false}
        listHeight={400}
        style={{ minWidth: 148 }}
        options={[
          ...kinds.map((kind) => ({ value: kind as string, label: t(`windowKind.${kind}`) })),
          {
            label: t('preset.name'),
            title: t('preset.name'),
            options: WINDOW_PRESETS.map((preset, index) => ({
              value: `${PRESET}${index}`,
              label:
                preset.value === 1 && preset.unit === 'DAY'
                  ? t('preset.yesterday')
                  : sentenceOfWindow(preset, t),
            })),
          },
        ]}
      />
      <WindowParts window={window} onChange={onChange} path={path} />
    </>
  );
}

const LAST_UNITS = ['HOUR', 'DAY', 'WEEK', 'MONTH', 'YEAR'] as const satisfies readonly LastUnit[];
const THIS_UNITS = [
  'DAY',
  'WEEK',
  'HALF_MONTH',
  'MONTH',
  'QUARTER',
  'YEAR',
] as const satisfies readonly ThisUnit[];

interface PartsProps {
  window: Window;
  onChange: (window: Window) => void;
  path: string;
}

function WindowParts({ window, onChange, path }: PartsProps) {
  const { t } = useTranslation('rules');
  switch (window.kind) {
    case 'ALWAYS':
      return null;
    case 'BETWEEN':
      return <DateParts window={window} onChange={onChange} />;
    case 'LAST':
    case 'NEXT':
      return (
        <span className={styles.line}>
          <InputNumber
            aria-label={t('control.windowValue')}
            min={1}
            max={3650}
            precision={0}
            value={window.value}
            onChange={(value) => onChange({ ...window, value })}
            style={{ width: 76 }}
          />
          <Select
            aria-label={t('control.windowUnit')}
            value={window.unit}
            onChange={(unit) => onChange({ ...window, unit })}
            style={{ width: 84 }}
            options={(window.kind === 'LAST' ? LAST_UNITS : LAST_UNITS.slice(1)).map((unit) => ({
              value: unit,
              label: t(`unit.${unit}`, { count: 2 }),
            }))}
          />
          {window.kind === 'LAST' && window.unit !== 'HOUR' && (
            <Checkbox
              checked={window.today !== false}
              onChange={(event) => onChange({ ...window, today: event.target.checked })}
            >
              {t('control.withToday')}
            </Checkbox>
          )}
        </span>
      );
    case 'THIS':
      return (
        <Select
          aria-label={t('control.windowUnit')}
          value={window.unit}
          onChange={(unit) => onChange({ ...window, unit })}
          style={{ minWidth: 104 }}
          options={THIS_UNITS.map((unit) => ({ value: unit, label: t(`thisUnit.${unit}`) }))}
        />
      );
    case 'DAYS':
      return (
        <span className={styles.line}>
          <DayOffset
            label={t('control.daysFrom')}
            value={window.from}
            onChange={(from) => onChange({ ...window, from })}
          />
          <span className={styles.between}>–</span>
          <DayOffset
            label={t('control.daysTo')}
            value={window.to}
            onChange={(to) => onChange({ ...window, to })}
          />
        </span>
      );
    case 'ANCHOR':
      return <AnchorEditor window={window} onChange={onChange} path={path} />;
  }
}

interface DayOffsetProps {
  label: string;
  value: number | undefined;
  onChange: (value: number | undefined) => void;
}

/** Days before or after today, or no limit. */
function DayOffset({ label, value, onChange }: DayOffsetProps) {
  const { t } = useTranslation('rules');
  const side = value === undefined ? 'none' : value > 0 ? 'on' : value < 0 ? 'ago' : 'today';
  return (
    <span style={{ display: 'inline-flex', gap: 4 }}>
      {value !== undefined && value !== 0 && (
        <InputNumber
          aria-label={label}
          min={1}
          max={3650}
          precision={0}
          value={Math.abs(value)}
          onChange={(count) => onChange((value < 0 ? -1 : 1) * (count || 1))}
          style={{ width: 72 }}
        />
      )}
      <Select
        aria-label={`${label} ${t('control.windowUnit')}`}
        value={side}
        onChange={(next) => {
          const size = Math.abs(value ?? 0) || 7;
          onChange({ none: undefined, today: 0, ago: -size, on: size }[next]);
        }}
        style={{ minWidth: 88 }}
        popupMatchSelectWidth={false}
        options={[
          { value: 'none' as const, label: t('control.noEnd') },
          { value: 'ago' as const, label: t('dayOffset.ago') },
          { value: 'today' as const, label: t('window.today') },
          { value: 'on' as const, label: t('dayOffset.on') },
        ]}
      />
    </span>
  );
}

interface DatePartsProps {
  window: Extract<Window, { kind: 'BETWEEN' }>;
  onChange: (window: Window) => void;
}

function DateParts({ window, onChange }: DatePartsProps) {
  const { t } = useTranslation('rules');
  const time = useTime();
  const [withTime, setWithTime] = useState(
    Boolean(window.from?.includes('T') || window.to?.includes('T')),
  );
  // A picker thinks in the browser's zone; it is shown the project's wall clock as if it were its own.
  const shown = (text: string | undefined) => {
    if (!text) return null;
    return text.includes('T') ? dayjs(time.toPicker(text).format('YYYY-MM-DDTHH:mm')) : dayjs(text);
  };
  const written = (picked: Dayjs | null, isTimed: boolean) => {
    if (!picked) return undefined;
    if (!isTimed) return picked.format('YYYY-MM-DD');
    return time.toPicker(time.fromPicker(picked.startOf('minute'))).format('YYYY-MM-DDTHH:mm:ssZ');
  };
  const picker = (end: 'from' | 'to', label: string) => (
    <DatePicker
      aria-label={label}
      placeholder={label}
      {...(withTime ? { showTime: { format: 'HH:mm' }, format: 'YYYY-MM-DD HH:mm' } : {})}
      needConfirm={false}
      value={shown(window[end])}
      onChange={(picked) => onChange({ ...window, [end]: written(picked, withTime) })}
      style={{ width: withTime ? 180 : 138 }}
    />
  );
  return (
    <span className={styles.line}>
      {picker('from', t('control.dateFrom'))}
      <span className={styles.between}>–</span>
      {picker('to', t('control.dateTo'))}
      <Checkbox
        checked={withTime}
        onChange={(event) => {
          const isTimed = event.target.checked;
          setWithTime(isTimed);
          onChange({
            ...window,
            from: written(shown(window.from), isTimed),
            to: written(shown(window.to), isTimed),
          });
        }}
      >
        {t('control.withTime')}
      </Checkbox>
    </span>
  );
}

import { Radio, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { InstantInput } from './InstantInput';
import { NumberField } from './NumberField';
import { ScheduleField } from './ScheduleField';
import styles from './schedule.module.css';
import { type TimingForm, type TimingKind, WEEKDAYS } from './scheduleTypes';
import { TimeOfDayInput } from './TimeOfDayInput';
import { newTiming } from './triggerForm';

/** The four options of R63; a specified time (R66) is one of two kinds. */
const OPTIONS = ['IMMEDIATE', 'DELAY', 'SPECIFIED', 'WEEKDAY'] as const;
const SPECIFIED = ['TIME_OF_DAY', 'DATETIME'] as const satisfies readonly TimingKind[];
type Option = (typeof OPTIONS)[number];

interface TimingEditorProps {
  value: TimingForm;
  onChange: (value: TimingForm) => void;
  /** Whether it counts from the judgement of B rather than from A. */
  afterB: boolean;
}

/** When the message is sent after the trigger has fired (R63–R67). */
export function TimingEditor({ value, onChange, afterB }: TimingEditorProps) {
  const { t } = useTranslation('schedule');
  const option: Option =
    value.kind === 'TIME_OF_DAY' || value.kind === 'DATETIME' ? 'SPECIFIED' : value.kind;
  const hints: Record<TimingKind, string> = {
    IMMEDIATE: '',
    DELAY: t('trigger.delayHint'),
    TIME_OF_DAY: t('trigger.timeOfDayHint'),
    DATETIME: t('trigger.datetimeHint'),
    WEEKDAY: t('trigger.weekdayHint'),
  };
  return (
    <ScheduleField
      label={t('trigger.timing')}
      path="trigger.timing"
      hint={`${t(afterB ? 'trigger.timingHintB' : 'trigger.timingHint')} ${hints[value.kind]}`}
    >
      <div style={{ display: 'grid', gap: 12 }}>
        <Radio.Group
          aria-label={t('trigger.timing')}
          optionType="button"
          value={option}
          onChange={(event) => {
            const next = event.target.value as Option;
            onChange(newTiming(next === 'SPECIFIED' ? 'TIME_OF_DAY' : next));
          }}
          options={OPTIONS.map((one) => ({ value: one, label: t(`trigger.timings.${one}`) }))}
        />
        {option !== 'IMMEDIATE' && <TimingFields value={value} onChange={onChange} />}
      </div>
    </ScheduleField>
  );
}

function TimingFields({ value, onChange }: Omit<TimingEditorProps, 'afterB'>) {
  const { t } = useTranslation('schedule');
  const patch = (change: Partial<TimingForm>) => onChange({ ...value, ...change });
  switch (value.kind) {
    case 'IMMEDIATE':
      return null;
    case 'DELAY':
      return (
        <span className={styles.line}>
          {(['days', 'hours', 'minutes'] as const).map((field) => (
            <span key={field} className={styles.line}>
              <NumberField
                label={t(`trigger.${field}`)}
                value={value[field]}
                onChange={(count) => patch({ [field]: count })}
              />
              {t(`unit.${UNIT_OF[field]}`)}
            </span>
          ))}
        </span>
      );
    case 'TIME_OF_DAY':
    case 'DATETIME':
      return (
        <span className={styles.line}>
          <Select
            aria-label={t('trigger.specified')}
            value={value.kind}
            onChange={(kind: TimingKind) => onChange(newTiming(kind))}
            popupMatchSelectWidth={false}
            options={SPECIFIED.map((kind) => ({
              value: kind,
              label: t(`trigger.specifieds.${kind}`),
            }))}
          />
          {value.kind === 'DATETIME' ? (
            <InstantInput
              label={t('trigger.at')}
              placeholder={t('trigger.at')}
              value={value.at}
              onChange={(at) => patch({ at })}
            />
          ) : (
            <>
              <NumberField
                label={t('trigger.days')}
                value={value.days}
                onChange={(days) => patch({ days })}
              />
              {t('trigger.daysLater')}
              <TimeOfDayInput
                label={t('trigger.timeOfDay')}
                value={value.time}
                onChange={(time) => patch({ time })}
              />
            </>
          )}
        </span>
      );
    case 'WEEKDAY':
      return (
        <span className={styles.line}>
          <Select
            aria-label={t('trigger.weekday')}
            value={value.weekday}
            onChange={(weekday) => patch({ weekday })}
            popupMatchSelectWidth={false}
            style={{ minWidth: 112 }}
            options={WEEKDAYS.map((day) => ({ value: day, label: t(`weekday.${day}`) }))}
          />
          <TimeOfDayInput
            label={t('trigger.timeOfDay')}
            value={value.time}
            onChange={(time) => patch({ time })}
          />
        </span>
      );
  }
}

const UNIT_OF = { days: 'DAY', hours: 'HOUR', minutes: 'MINUTE' } as const;

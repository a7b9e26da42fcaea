import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Form, Radio, Skeleton } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { replaceAt } from '@/features/rules/ruleTree';
import { faultOf } from '@/shared/graphql/errors';
import { useFaultWords } from '@/shared/graphql/useFaultWords';
import { useTime } from '@/shared/time/TimeContext';
import { checkCycle, type ScheduleProblem, shownProblems } from './checkSchedule';
import { InstantInput } from './InstantInput';
import { NumberField } from './NumberField';
import { PointTimeline } from './PointTimeline';
import { ScheduleContext, useSaid } from './ScheduleContext';
import { ScheduleField } from './ScheduleField';
import styles from './schedule.module.css';
import { CYCLE_KINDS, type CycleForm, LIMITS, WEEKDAYS } from './scheduleTypes';
import { TimeOfDayInput } from './TimeOfDayInput';
import { Toggles } from './Toggles';
import { CycleSentence } from './TriggerSentence';
import { useSchedulePreview } from './usePreview';

interface EditorProps {
  value: CycleForm;
  onChange: (value: CycleForm) => void;
  /** What the server found wrong, by the paths of the API. */
  problems?: readonly ScheduleProblem[];
  /** Whether what is missing is shown as wrong: after the first try to go on. */
  isStrict?: boolean;
}

const NOTHING: readonly never[] = [];
const MONTH_DAYS = Array.from({ length: 31 }, (_, index) => index + 1);

/** When a repeating task runs, and below it the points that come of it (R57, R58). */
export function CycleEditor({
  value,
  onChange,
  problems = NOTHING,
  isStrict = false,
}: EditorProps) {
  const { t } = useTranslation('schedule');
  const time = useTime();
  const now = time.now().startOf('minute').valueOf();
  const own = useMemo(() => checkCycle(value, now), [value, now]);
  const isWhole = own.length === 0;
  const preview = useSchedulePreview(value, isWhole);
  const shown = shownProblems(own, [...preview.problems, ...problems], isStrict);
  const patch = (change: Partial<CycleForm>) => onChange({ ...value, ...change });

  return (
    <ScheduleContext value={shown}>
      <div className={styles.sentence}>
        <span className={styles.sentenceLabel}>{t('cycle.sentence')}</span>
        <span className={styles.sentenceText} data-testid="cycle-sentence">
          <CycleSentence cycle={value} />
        </span>
      </div>
      <ScheduleField
        label={t('cycle.name')}
        path={['cycle.kind', 'cycle.every', 'cycle.weekdays', 'cycle.monthDays']}
        hint={
          value.kind === 'DAYS'
            ? t('cycle.everyHint')
            : value.kind === 'MONTH_DAYS' && value.monthDays.some((day) => day > 28)
              ? t('cycle.monthDaysNote')
              : null
        }
      >
        <div style={{ display: 'grid', gap: 12 }}>
          <Radio.Group
            aria-label={t('cycle.kind')}
            optionType="button"
            value={value.kind}
            onChange={(event) => patch({ kind: event.target.value as CycleForm['kind'] })}
            options={CYCLE_KINDS.map((kind) => ({ value: kind, label: t(`cycle.kinds.${kind}`) }))}
          />
          {value.kind === 'DAYS' && (
            <span className={styles.line}>
              {t('cycle.everyBefore')}
              <NumberField
                label={t('cycle.every')}
                min={1}
                value={value.every}
                onChange={(every) => patch({ every })}
              />
              {t('cycle.everyAfter')}
            </span>
          )}
          {value.kind === 'WEEKDAYS' && (
            <Toggles
              label={t('cycle.weekdays')}
              choices={WEEKDAYS.map((day) => ({ value: day, label: t(`weekday.${day}`) }))}
              value={value.weekdays}
              onChange={(weekdays) => patch({ weekdays })}
              className={styles.line}
            />
          )}
          {value.kind === 'MONTH_DAYS' && (
            <Toggles
              label={t('cycle.monthDays')}
              choices={MONTH_DAYS.map((day) => ({ value: day, label: String(day) }))}
              value={value.monthDays}
              onChange={(monthDays) => patch({ monthDays })}
              className={styles.monthDays}
            />
          )}
        </div>
      </ScheduleField>
      <TimesField times={value.times} onChange={(times) => patch({ times })} />
      <ScheduleField
        label={t('cycle.period')}
        path={['cycle.start', 'cycle.end']}
        hint={t('cycle.periodHint')}
      >
        <span className={styles.line}>
          <InstantInput
            label={t('cycle.start')}
            placeholder={t('cycle.start')}
            timeOfDay="00:00"
            value={value.start}
            onChange={(start) => patch({ start })}
          />
          –
          <InstantInput
            label={t('cycle.end')}
            placeholder={t('cycle.end')}
            timeOfDay="23:59"
            edge="END"
            value={value.end}
            onChange={(end) => patch({ end })}
          />
        </span>
      </ScheduleField>
      <Points preview={preview} isWhole={isWhole} isWrong={shown.length > 0} />
    </ScheduleContext>
  );
}

interface TimesFieldProps {
  times: readonly string[];
  onChange: (times: string[]) => void;
}

function TimesField({ times, onChange }: TimesFieldProps) {
  const { t } = useTranslation('schedule');
  const time = useTime();
  return (
    <ScheduleField
      label={t('cycle.times')}
      path="cycle.times"
      hint={t('cycle.timesHint', { limit: LIMITS.times, zone: time.zone })}
    >
      <span className={styles.line}>
        {times.map((at, index) => {
          const number = index + 1;
          return (
            <span key={`${number} of ${times.length}`} style={{ display: 'inline-flex' }}>
              <TimeOfDayInput
                label={t('cycle.time', { number })}
                value={at}
                onChange={(next) => onChange(times.map((old, i) => (i === index ? next : old)))}
              />
              {times.length > 1 && (
                <Button
                  type="text"
                  icon={<DeleteOutlined aria-hidden />}
                  aria-label={t('cycle.removeTime', { number })}
                  onClick={() => onChange(replaceAt(times, index, null))}
                />
              )}
            </span>
          );
        })}
        <Button
          icon={<PlusOutlined aria-hidden />}
          disabled={times.length >= LIMITS.times}
          onClick={() => onChange([...times, ''])}
        >
          {t('cycle.addTime')}
        </Button>
      </span>
    </ScheduleField>
  );
}

interface PointsProps {
  preview: ReturnType<typeof useSchedulePreview>;
  isWhole: boolean;
  isWrong: boolean;
}

function Points({ preview, isWhole, isWrong }: PointsProps) {
  const { t } = useTranslation('schedule');
  const { ofFault } = useFaultWords();
  const { answer, fetching, error } = preview;
  // What is wrong with the cycle as a whole, such as that no point is in its period.
  const said = useSaid('cycle', [
    'cycle.kind',
    'cycle.every',
    'cycle.weekdays',
    'cycle.monthDays',
    'cycle.times',
    'cycle.start',
    'cycle.end',
  ]);
  return (
    <Form.Item label={t('points.title')}>
      <div aria-live="polite" aria-busy={fetching}>
        {content()}
      </div>
    </Form.Item>
  );

  function content() {
    if (!isWhole)
      return <span className="secondary">{t(isWrong ? 'points.wrong' : 'points.none')}</span>;
    if (error)
      return (
        <span className="secondary">{t('points.failed', { why: ofFault(faultOf(error)) })}</span>
      );
    if (!answer) return <Skeleton.Input active aria-label={t('points.loading')} />;
    if (said.length > 0) return <span style={{ color: '#cf1322' }}>{said.join(' ')}</span>;
    if (answer.problems.length > 0) return <span className="secondary">{t('points.wrong')}</span>;
    return (
      <div style={{ opacity: fetching ? 0.6 : 1 }}>
        <PointTimeline points={answer.points} total={answer.total} />
      </div>
    );
  }
}

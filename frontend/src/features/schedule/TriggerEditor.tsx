import { Alert, Button, Checkbox, Flex, Form, Radio, Select, Skeleton } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { RuleContext } from '@/features/rules/RuleContext';
import { useCatalogue } from '@/features/rules/useCatalogue';
import { faultOf } from '@/shared/graphql/errors';
import { useFaultWords } from '@/shared/graphql/useFaultWords';
import { useTime } from '@/shared/time/TimeContext';
import { checkTrigger, type ScheduleProblem, shownProblems } from './checkSchedule';
import { EventList } from './EventList';
import { ExampleTimeline } from './ExampleTimeline';
import { InstantInput } from './InstantInput';
import { nextDays } from './instant';
import { NumberField } from './NumberField';
import type { TriggerPreview } from './preview';
import { ScheduleContext } from './ScheduleContext';
import { ScheduleField } from './ScheduleField';
import styles from './schedule.module.css';
import { SPAN_UNITS, type SpanUnit, type TaskType, type TriggerForm } from './scheduleTypes';
import { TimingEditor } from './TimingEditor';
import { TriggerSentence } from './TriggerSentence';
import { asStored } from './triggerForm';
import { useTriggerPreview } from './usePreview';

interface TriggerEditorProps {
  type: TaskType;
  value: TriggerForm;
  onChange: (value: TriggerForm) => void;
  /** The task's end; null is the one that the system fills in. */
  endsAt: string | null;
  onEndsAt: (endsAt: string | null) => void;
  /** What the server found wrong, by the paths of the API. */
  problems?: readonly ScheduleProblem[];
  /** Whether what is missing is shown as wrong: after the first try to go on. */
  isStrict?: boolean;
}

const NOTHING: readonly never[] = [];
const PRESET_DAYS = [7, 30, 90] as const;

/** What a triggered task waits for, with the whole of it in words above (R61–R75). */
export function TriggerEditor({
  type,
  value,
  onChange,
  endsAt,
  onEndsAt,
  problems = NOTHING,
  isStrict = false,
}: TriggerEditorProps) {
  const { t } = useTranslation('schedule');
  const { ofFault } = useFaultWords();
  const time = useTime();
  const { catalogue, error, retry } = useCatalogue();
  const now = time.now().startOf('minute').valueOf();
  const own = useMemo(
    () => checkTrigger(value, { type, endsAt, now, catalogue }),
    [value, type, endsAt, now, catalogue],
  );
  const { a, b, timing } = value;
  const preview = useTriggerPreview(
    { type, form: value, endsAt },
    a.from !== null && a.to !== null,
  );
  const shown = shownProblems(own, [...preview.problems, ...problems], isStrict);
  const withB = type === 'DONE_A_NOT_B';

  if (!catalogue)
    return error ? (
      <Alert
        type="error"
        showIcon
        title={t('load.failed')}
        description={ofFault(faultOf(error))}
        action={<Button onClick={retry}>{t('load.retry')}</Button>}
      />
    ) : (
      <Skeleton active aria-label={t('load.loading')} />
    );

  const setA = (change: Partial<TriggerForm['a']>) =>
    onChange({ ...value, a: { ...a, ...change } });
  const setB = (change: Partial<TriggerForm['b']>) =>
    onChange({ ...value, b: { ...b, ...change } });

  return (
    <RuleContext value={{ catalogue, problems: shown, without: NOTHING }}>
      <ScheduleContext value={shown}>
        <div className={styles.sentence}>
          <span className={styles.sentenceLabel}>{t('trigger.sentence')}</span>
          <span className={styles.sentenceText} data-testid="trigger-sentence">
            <TriggerSentence type={type} trigger={asStored(value, type)} />
          </span>
        </div>
        <ScheduleField
          label={t('trigger.a')}
          path="trigger.a.events"
          without={places('trigger.a.events', a.events.length)}
          hint={t('trigger.aHint')}
        >
          <EventList
            letter="A"
            events={a.events}
            onChange={(events) => setA({ events })}
            path="trigger.a.events"
          />
        </ScheduleField>
        <ScheduleField
          label={t('trigger.mode')}
          path={['trigger.a.mode', 'trigger.a.n']}
          hint={t(`trigger.modeHint.${a.mode}`)}
        >
          <span className={styles.line}>
            <Radio.Group
              aria-label={t('trigger.mode')}
              optionType="button"
              value={a.mode}
              onChange={(event) => setA({ mode: event.target.value as TriggerForm['a']['mode'] })}
              options={(['CUMULATIVE', 'EVERY'] as const).map((mode) => ({
                value: mode,
                label: t(`trigger.modes.${mode}`),
              }))}
            />
            <NumberField label={t('trigger.n')} min={1} value={a.n} onChange={(n) => setA({ n })} />
            {t('trigger.times')}
          </span>
        </ScheduleField>
        <ScheduleField
          label={t('trigger.window')}
          path={['trigger.a.from', 'trigger.a.to']}
          hint={t('trigger.windowHint')}
        >
          <span className={styles.line}>
            <InstantInput
              label={t('trigger.from')}
              placeholder={t('trigger.from')}
              timeOfDay="00:00"
              value={a.from}
              onChange={(from) => setA({ from })}
            />
            –
            <InstantInput
              label={t('trigger.to')}
              placeholder={t('trigger.to')}
              timeOfDay="23:59"
              edge="END"
              value={a.to}
              onChange={(to) => setA({ to })}
            />
            <Flex gap={4} role="group" aria-label={t('trigger.presets')}>
              {PRESET_DAYS.map((count) => (
                <Button
                  key={count}
                  type="link"
                  size="small"
                  onClick={() => setA(nextDays(count, time))}
                >
                  {t('trigger.next', { count })}
                </Button>
              ))}
            </Flex>
          </span>
        </ScheduleField>
        {withB && (
          <>
            <ScheduleField
              label={t('trigger.b')}
              path={['trigger.b.events']}
              without={places('trigger.b.events', b.events.length)}
              hint={t('trigger.bHint')}
            >
              <EventList
                letter="B"
                events={b.events}
                onChange={(events) => setB({ events })}
                path="trigger.b.events"
              />
            </ScheduleField>
            <ScheduleField
              label={t('trigger.wait')}
              path="trigger.b.wait"
              hint={t('trigger.waitHint')}
            >
              <span className={styles.line}>
                <NumberField
                  label={t('trigger.wait')}
                  min={1}
                  value={b.wait.value}
                  onChange={(count) => setB({ wait: { ...b.wait, value: count } })}
                />
                <Select
                  aria-label={t('trigger.waitUnit')}
                  value={b.wait.unit}
                  onChange={(unit: SpanUnit) => setB({ wait: { ...b.wait, unit } })}
                  style={{ minWidth: 96 }}
                  options={SPAN_UNITS.map((unit) => ({ value: unit, label: t(`unit.${unit}`) }))}
                />
              </span>
            </ScheduleField>
          </>
        )}
        <TimingEditor
          value={timing}
          onChange={(next) => onChange({ ...value, timing: next })}
          afterB={withB}
        />
        <EndField endsAt={endsAt} onEndsAt={onEndsAt} answer={preview.answer} />
        <Form.Item extra={t('trigger.recheckHint')}>
          <Checkbox
            checked={value.recheckAudience}
            onChange={(event) => onChange({ ...value, recheckAudience: event.target.checked })}
          >
            {t('trigger.recheck')}
          </Checkbox>
        </Form.Item>
        <Form.Item label={t('example.title')}>
          <div aria-live="polite" aria-busy={preview.fetching}>
            {preview.answer?.example ? (
              <div style={{ opacity: preview.fetching ? 0.6 : 1 }}>
                <ExampleTimeline example={preview.answer.example} />
              </div>
            ) : (
              <span className="secondary">
                {preview.error
                  ? t('points.failed', { why: ofFault(faultOf(preview.error)) })
                  : t('example.none')}
              </span>
            )}
          </div>
        </Form.Item>
      </ScheduleContext>
    </RuleContext>
  );
}

/** The places of a list's items, which say themselves what is wrong with them. */
function places(path: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${path}.${index}`);
}

interface EndFieldProps {
  endsAt: string | null;
  onEndsAt: (endsAt: string | null) => void;
  answer: TriggerPreview | null;
}

/** 触达任务结束时间: filled in by the system until somebody changes it (R69). */
function EndField({ endsAt, onEndsAt, answer }: EndFieldProps) {
  const { t } = useTranslation('schedule');
  const time = useTime();
  const filledIn = answer?.defaultEnd ?? null;
  return (
    <ScheduleField
      label={t('trigger.end')}
      path="endsAt"
      hint={[
        endsAt === null
          ? t('trigger.endAuto')
          : filledIn && t('trigger.endOwn', { at: time.minute(filledIn) }),
        t('trigger.endHint'),
      ]
        .filter(Boolean)
        .join(' ')}
    >
      <span className={styles.line}>
        <InstantInput
          label={t('trigger.end')}
          placeholder={t('trigger.end')}
          timeOfDay="23:59"
          edge="END"
          value={endsAt ?? filledIn}
          onChange={onEndsAt}
        />
        {endsAt !== null && (
          <Button type="link" size="small" onClick={() => onEndsAt(null)}>
            {t('trigger.reset')}
          </Button>
        )}
      </span>
    </ScheduleField>
  );
}

import { Alert, Form, Typography } from 'antd';
import { useTranslation } from 'react-i18next';
import { isTriggered } from '@/features/schedule/scheduleTypes';
import { useTime } from '@/shared/time/TimeContext';
import { ChoiceCards } from './ChoiceCards';
import { ReachTimeInput } from './ReachTimeInput';
import { RefreshFields } from './RefreshFields';
import { CycleFields, TriggerFields } from './ScheduleFields';
import { useWizard } from './WizardContext';

const TYPES = [
  ['ONCE', 'onceText'],
  ['REPEAT', 'repeatText'],
  ['DONE_A', 'doneAText'],
  ['DONE_A_NOT_B', 'doneANotBText'],
] as const;

/** Step 4: when (R44–R75). */
export function TriggerStep() {
  const { t } = useTranslation('wizard');
  const { rules, values } = useWizard();
  const triggered = isTriggered(values.type);
  return (
    <>
      <Form.Item name="type" label={t('field.type')} required rules={rules('type')}>
        <ChoiceCards
          name={t('field.type')}
          choices={TYPES.map(([type, text]) => ({
            value: type,
            label: t(`trigger.${type}`),
            text: t(`trigger.${text}`),
          }))}
        />
      </Form.Item>
      <AudienceMisfit />
      {values.type === 'ONCE' && <ReachTime />}
      {values.type === 'REPEAT' && <CycleFields />}
      {triggered && <TriggerFields />}
      {triggered ? (
        <Form.Item label={t('trigger.timeoutTriggered')}>
          <Typography.Text type="secondary">{t('trigger.timeoutTriggeredText')}</Typography.Text>
        </Form.Item>
      ) : (
        <ApprovalTimeout isRepeating={values.type === 'REPEAT'} />
      )}
      <RefreshFields />
    </>
  );
}

/** R39, R43: some ways of choosing the audience are for one kind of task alone. */
function AudienceMisfit() {
  const { t } = useTranslation('wizard');
  const { values, goTo } = useWizard();
  const wrong = isTriggered(values.type) ? 'UPLOAD' : 'ALL';
  if (values.audienceMode !== wrong) return null;
  return (
    <Alert
      type="warning"
      showIcon
      style={{ marginBottom: 24 }}
      title={
        <>
          {t(`trigger.misfit.${wrong}`)}{' '}
          <Typography.Link
            role="button"
            tabIndex={0}
            onClick={() => goTo('audience')}
            onKeyDown={(event) => event.key === 'Enter' && goTo('audience')}
          >
            {t('trigger.toAudience')}
          </Typography.Link>
        </>
      }
    />
  );
}

function ReachTime() {
  const { t } = useTranslation('wizard');
  const time = useTime();
  const { rules } = useWizard();
  return (
    <Form.Item
      name="reachAt"
      label={t('field.reachAt')}
      required
      rules={rules('reachAt')}
      extra={t('trigger.zone', { zone: time.zone, now: time.minute(time.now().toISOString()) })}
    >
      <ReachTimeInput />
    </Form.Item>
  );
}

/** R50, R59: what becomes of a task that is not approved in time. */
function ApprovalTimeout({ isRepeating }: { isRepeating: boolean }) {
  const { t } = useTranslation('wizard');
  const { rules } = useWizard();
  return (
    <Form.Item
      name="approvalTimeout"
      label={t(isRepeating ? 'trigger.timeoutLabelRepeat' : 'trigger.timeoutLabel')}
      required
      rules={rules('approvalTimeout')}
    >
      <ChoiceCards
        name={t('field.approvalTimeout')}
        choices={[
          {
            value: 'CANCEL',
            label: t('timeout.CANCEL'),
            text: t(isRepeating ? 'timeout.cancelTextRepeat' : 'timeout.cancelText'),
          },
          {
            value: 'RUN_ONCE_APPROVED',
            label: t('timeout.RUN_ONCE_APPROVED'),
            text: t(isRepeating ? 'timeout.runTextRepeat' : 'timeout.runText'),
          },
        ]}
      />
    </Form.Item>
  );
}

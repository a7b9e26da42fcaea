import { Form } from 'antd';
import { useTranslation } from 'react-i18next';
import { useTime } from '@/shared/time/TimeContext';
import { ChoiceCards } from './ChoiceCards';
import { ReachTimeInput } from './ReachTimeInput';
import { RefreshFields } from './RefreshFields';
import { useWizard } from './WizardContext';

/** Step 4: when (R44–R56). */
export function TriggerStep() {
  const { t } = useTranslation('wizard');
  const time = useTime();
  const { rules } = useWizard();
  return (
    <>
      <Form.Item name="type" label={t('field.type')} required rules={rules('type')}>
        <ChoiceCards
          name={t('field.type')}
          choices={[
            { value: 'ONCE', label: t('trigger.ONCE'), text: t('trigger.onceText') },
            {
              value: 'REPEAT',
              label: t('trigger.REPEAT'),
              text: t('trigger.repeatText'),
              unavailable: t('trigger.later'),
            },
            {
              value: 'DONE_A',
              label: t('trigger.DONE_A'),
              text: t('trigger.doneAText'),
              unavailable: t('trigger.notWithUpload'),
            },
            {
              value: 'DONE_A_NOT_B',
              label: t('trigger.DONE_A_NOT_B'),
              text: t('trigger.doneANotBText'),
              unavailable: t('trigger.notWithUpload'),
            },
          ]}
        />
      </Form.Item>
      <Form.Item
        name="reachAt"
        label={t('field.reachAt')}
        required
        rules={rules('reachAt')}
        extra={t('trigger.zone', { zone: time.zone, now: time.minute(time.now().toISOString()) })}
      >
        <ReachTimeInput />
      </Form.Item>
      <Form.Item
        name="approvalTimeout"
        label={t('trigger.timeoutLabel')}
        required
        rules={rules('approvalTimeout')}
      >
        <ChoiceCards
          name={t('field.approvalTimeout')}
          choices={[
            { value: 'CANCEL', label: t('timeout.CANCEL'), text: t('timeout.cancelText') },
            {
              value: 'RUN_ONCE_APPROVED',
              label: t('timeout.RUN_ONCE_APPROVED'),
              text: t('timeout.runText'),
            },
          ]}
        />
      </Form.Item>
      <RefreshFields />
    </>
  );
}

import { Checkbox, Form, Typography } from 'antd';
import { useTranslation } from 'react-i18next';
import { isTriggered } from '@/features/schedule/scheduleTypes';
import { useSession } from '@/features/session/session';
import { ChoiceCards } from './ChoiceCards';
import { useAbilities } from './useAbilities';
import { useWizard } from './WizardContext';
import { useWizardSegment } from './WizardSegment';

/**
 * 执行前刷新分群 and 刷新分群失败: what there is to choose depends on the segment (R51–R56, R60).
 * A triggered task never refreshes before it sends (R70–R72): a sentence says what it has.
 */
export function RefreshFields() {
  const { t } = useTranslation('wizard');
  const { t: ts } = useTranslation('schedule');
  const { me } = useSession();
  const { values, rules } = useWizard();
  const { abilities } = useAbilities(values.type);
  const chosen = useWizardSegment(values.audienceMode === 'SEGMENT' ? values.segmentId : null);
  if (!abilities?.refresh) return null; // R55, R56: without the products the fields are absent
  const said =
    values.audienceMode === 'UPLOAD'
      ? t('trigger.noRefresh')
      : values.audienceMode === 'ALL'
        ? t('trigger.noRefreshAll')
        : isTriggered(values.type)
          ? values.audienceMode === 'RULE'
            ? ts('trigger.refresh.RULE')
            : chosen && ts(`trigger.refresh.${chosen.updateMode}`, { at: chosen.dailyAt })
          : chosen?.updateMode === 'DAILY'
            ? t('trigger.refreshDaily', { at: chosen.dailyAt })
            : null;
  if (isTriggered(values.type) && said === null) return null; // no segment is chosen yet
  if (said !== null)
    return (
      <Form.Item label={t(isTriggered(values.type) ? 'trigger.refreshLabel' : 'field.refresh')}>
        <Typography.Text type="secondary">{said}</Typography.Text>
      </Form.Item>
    );
  return (
    <>
      <Form.Item
        label={t('field.refresh')}
        extra={t(values.type === 'REPEAT' ? 'trigger.refreshHintRepeat' : 'trigger.refreshHint', {
          count: me.project.refreshLead,
        })}
      >
        <Form.Item
          name="refreshBefore"
          noStyle
          valuePropName="checked"
          rules={rules('refreshBefore')}
        >
          <Checkbox>{t('trigger.refreshBefore')}</Checkbox>
        </Form.Item>
      </Form.Item>
      {values.refreshBefore && (
        <Form.Item
          name="refreshFailure"
          label={t('field.refreshFailure')}
          required
          rules={rules('refreshFailure')}
        >
          <ChoiceCards
            name={t('field.refreshFailure')}
            choices={[
              {
                value: 'DO_NOT_SEND',
                label: t('refreshFailure.DO_NOT_SEND'),
                text: t(
                  values.type === 'REPEAT'
                    ? 'refreshFailure.doNotSendTextRepeat'
                    : 'refreshFailure.doNotSendText',
                ),
              },
              {
                value: 'SEND_HELD',
                label: t('refreshFailure.SEND_HELD'),
                text: t('refreshFailure.sendHeldText'),
              },
            ]}
          />
        </Form.Item>
      )}
    </>
  );
}

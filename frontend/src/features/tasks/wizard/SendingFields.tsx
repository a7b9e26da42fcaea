import { Alert, Form, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import { useWizard } from './WizardContext';

/** Limits, and what happens where WeChat never answered (R91, R93, spec §13.5). */
export function SendingFields() {
  const { t } = useTranslation('wizard');
  const { values, rules } = useWizard();
  return (
    <>
      <Form.Item
        name="globalLimit"
        label={t('field.globalLimit')}
        valuePropName="checked"
        extra={t(values.globalLimit ? 'sending.limitOn' : 'sending.limitOff')}
        rules={rules('globalLimit')}
      >
        <Switch />
      </Form.Item>
      <Form.Item
        name="resendUnconfirmed"
        label={t('field.resendUnconfirmed')}
        valuePropName="checked"
        extra={t('sending.resendText')}
        rules={rules('resendUnconfirmed')}
      >
        <Switch />
      </Form.Item>
      {values.resendUnconfirmed && (
        <Alert
          type="warning"
          showIcon
          style={{ marginBottom: 24 }}
          title={t('sending.resendWarning')}
        />
      )}
    </>
  );
}

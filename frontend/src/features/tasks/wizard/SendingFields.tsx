import { Alert, Form, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import { useWizard } from './WizardContext';

/** What happens where WeChat never answered (spec §13.5). Limits join it when there are some. */
export function SendingFields() {
  const { t } = useTranslation('wizard');
  const { values, rules } = useWizard();
  return (
    <>
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

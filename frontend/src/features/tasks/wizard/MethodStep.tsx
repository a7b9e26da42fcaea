import { Alert, Form } from 'antd';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { LinkButton } from '@/shared/ui/LinkButton';
import { ChoiceCards } from './ChoiceCards';
import { WizardChannelsQuery } from './WizardChannels';

/** Step 1: how people are reached (R11), and what must be there for it (R3, R4). */
export function MethodStep() {
  const { t } = useTranslation('wizard');
  const [{ data }] = useQuery({ query: WizardChannelsQuery });
  const hasChannel = data?.channels.edges?.some((edge) => edge?.node?.enabled) ?? true;

  return (
    <>
      <Form.Item name="method" label={t('field.method')} required>
        <ChoiceCards
          name={t('field.method')}
          choices={[
            {
              value: 'WECHAT_SUBSCRIPTION',
              label: t('method.WECHAT_SUBSCRIPTION'),
              text: t('method.text'),
            },
          ]}
        />
      </Form.Item>
      {!hasChannel && (
        <Alert
          type="warning"
          showIcon
          title={t('method.noChannel')}
          description={t('method.noChannelText')}
          action={<LinkButton to="/channels">{t('method.toChannels')}</LinkButton>}
        />
      )}
    </>
  );
}

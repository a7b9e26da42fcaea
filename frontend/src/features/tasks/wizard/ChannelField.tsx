import { Alert, App, Form, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { ResultOf } from '@/shared/graphql/graphql';
import { LinkButton } from '@/shared/ui/LinkButton';
import { withChannel } from './taskForm';
import type { WizardChannelsQuery } from './WizardChannels';
import { useWizard } from './WizardContext';

type Edge = NonNullable<
  NonNullable<ResultOf<typeof WizardChannelsQuery>['channels']['edges']>[number]
>;
export type WizardChannel = NonNullable<Edge['node']>;

interface ChannelFieldProps {
  channels: readonly WizardChannel[];
  isLoading: boolean;
}

/** R76: another channel clears the message content, after a warning, and keeps all else. */
export function ChannelField({ channels, isLoading }: ChannelFieldProps) {
  const { t, i18n } = useTranslation('wizard');
  const { t: tc } = useTranslation();
  const { values, rules, patch } = useWizard();
  const { modal } = App.useApp();
  const channel = channels.find(({ id }) => id === values.channelId);
  const why = i18n.language === 'zh-CN' ? channel?.explanation?.zh : channel?.explanation?.en;

  function choose(channelId: string) {
    if (values.channelId === null || values.templateId === null) {
      patch(withChannel(channelId));
      return;
    }
    void modal.confirm({
      title: t('channel.changeTitle'),
      content: t('channel.changeText'),
      okText: t('channel.change'),
      cancelText: tc('action.cancel'),
      onOk: () => patch(withChannel(channelId)),
    });
  }

  return (
    <>
      <Form.Item
        name="channelId"
        label={t('field.channelId')}
        required
        rules={rules('channelId')}
        trigger="onBlur"
        getValueFromEvent={() => values.channelId}
        style={{ maxWidth: 560 }}
      >
        <Select
          value={values.channelId}
          loading={isLoading}
          placeholder={t('channel.placeholder')}
          notFoundContent={t('channel.none')}
          onChange={choose}
          options={channels.map(({ id, name, appID, enabled }) => ({
            value: id,
            label: `${name} · ${appID}${enabled ? '' : ` · ${t('channel.disabled')}`}`,
            disabled: !enabled,
          }))}
        />
      </Form.Item>
      {channel?.state === 'ABNORMAL' && (
        <Alert
          type="error"
          showIcon
          style={{ marginBottom: 24 }}
          title={t('channel.abnormal')}
          description={why ?? channel.stateText}
          action={
            <LinkButton to="/channels/$id" params={{ id: channel.id }} size="small">
              {t('channel.open')}
            </LinkButton>
          }
        />
      )}
    </>
  );
}

import { Alert, Form, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { LinkButton } from '@/shared/ui/LinkButton';
import type { WizardChannel } from './ChannelField';
import { ChoiceCards } from './ChoiceCards';
import { useWizard } from './WizardContext';

interface OpenModeFieldsProps {
  channel: WizardChannel | null;
  channels: readonly WizardChannel[];
}

/** What a tap on the card opens (R86–R89, spec §13.1). */
export function OpenModeFields({ channel, channels }: OpenModeFieldsProps) {
  const { t } = useTranslation('wizard');
  const { values, rules, patch } = useWizard();
  // Without a relay page WeChat opens pages of the sending mini program alone.
  const programs = channels.filter(
    ({ id }) => id === channel?.id || (channel?.relayPage ?? '') !== '',
  );

  return (
    <>
      <Form.Item name="openMode" label={t('field.openMode')} required rules={rules('openMode')}>
        <ChoiceCards
          name={t('field.openMode')}
          choices={[
            { value: 'NONE', label: t('open.NONE'), text: t('open.noneText') },
            {
              value: 'MINI_PROGRAM',
              label: t('open.MINI_PROGRAM'),
              text: t('open.miniProgramText'),
            },
            { value: 'H5', label: t('open.H5'), text: t('open.h5Text') },
          ]}
          onChange={(openMode) =>
            openMode === 'MINI_PROGRAM' && values.openAppId === '' && channel
              ? patch({ openMode, openAppId: channel.appID })
              : patch({ openMode })
          }
        />
      </Form.Item>
      {values.openMode === 'H5' && (
        <>
          <Form.Item
            name="openUrl"
            label={t('field.openUrl')}
            extra={t('open.urlHint')}
            required
            rules={rules('openUrl')}
          >
            <Input type="url" autoComplete="off" placeholder="https://" maxLength={1000} />
          </Form.Item>
          {channel?.h5Page === '' && (
            <Alert
              type="warning"
              showIcon
              style={{ marginBottom: 24 }}
              title={t('open.noH5Page')}
              action={
                <LinkButton to="/channels/$id" params={{ id: channel.id }} size="small">
                  {t('channel.open')}
                </LinkButton>
              }
            />
          )}
        </>
      )}
      {values.openMode === 'MINI_PROGRAM' && (
        <>
          <Form.Item
            name="openAppId"
            label={t('field.openAppId')}
            extra={t('open.appHint')}
            required
            rules={rules('openAppId')}
            style={{ maxWidth: 560 }}
          >
            <Select
              placeholder={t('open.appPlaceholder')}
              options={programs.map(({ appID, name }) => ({
                value: appID,
                label: `${name} · ${appID}`,
              }))}
            />
          </Form.Item>
          <Form.Item
            name="openPath"
            label={t('field.openPath')}
            extra={t('open.pathHint')}
            required
            rules={rules('openPath')}
            style={{ maxWidth: 560 }}
          >
            <Input
              autoComplete="off"
              placeholder="pages/index/index?from=tidings"
              maxLength={1000}
            />
          </Form.Item>
        </>
      )}
    </>
  );
}

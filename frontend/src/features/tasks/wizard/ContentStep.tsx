import { Form } from 'antd';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { UploadControl } from '@/features/uploads/UploadControl';
import { ChannelField } from './ChannelField';
import { ChoiceCards } from './ChoiceCards';
import { ContentEditor } from './ContentEditor';
import { ContentPreview } from './ContentPreview';
import { OpenModeFields } from './OpenModeFields';
import { SendingFields } from './SendingFields';
import { WizardChannelsQuery } from './WizardChannels';
import { useWizard } from './WizardContext';
import styles from './wizard.module.css';

/** Step 5: through which channel, to which list, what, and with what a tap opens (R76–R94). */
export function ContentStep() {
  const { t } = useTranslation('wizard');
  const { values, rules } = useWizard();
  const [{ data, fetching }] = useQuery({ query: WizardChannelsQuery });
  const channels = data?.channels.edges?.flatMap((edge) => edge?.node ?? []) ?? [];
  const channel = channels.find(({ id }) => id === values.channelId) ?? null;

  return (
    <div className={`${styles.body} ${styles.withPreview}`}>
      <div>
        <h3 className={styles.section}>{t('content.who')}</h3>
        <ChannelField channels={channels} isLoading={fetching} />
        {values.audienceMode === 'UPLOAD' && (
          <Form.Item name="uploadId" label={t('field.uploadId')} required rules={rules('uploadId')}>
            <UploadControl channelId={values.channelId} />
          </Form.Item>
        )}
        <Form.Item
          name="messageClass"
          label={t('field.messageClass')}
          required
          rules={rules('messageClass')}
        >
          <ChoiceCards
            name={t('field.messageClass')}
            choices={[
              { value: 'NORMAL', label: t('class.NORMAL'), text: t('class.normalText') },
              { value: 'URGENT', label: t('class.URGENT'), text: t('class.urgentText') },
              { value: 'NOTICE', label: t('class.NOTICE'), text: t('class.noticeText') },
            ]}
          />
        </Form.Item>
        <h3 className={styles.section}>{t('content.what')}</h3>
        <ContentEditor />
        <h3 className={styles.section}>{t('content.tap')}</h3>
        <OpenModeFields channel={channel} channels={channels} />
        <h3 className={styles.section}>{t('content.sending')}</h3>
        <SendingFields />
      </div>
      <aside className={styles.preview} aria-label={t('content.preview')}>
        <ContentPreview from={channel?.name ?? t('content.noChannelYet')} />
      </aside>
    </div>
  );
}

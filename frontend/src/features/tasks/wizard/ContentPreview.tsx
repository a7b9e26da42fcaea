import { Flex, Typography } from 'antd';
import { useTranslation } from 'react-i18next';
import { MessageCard } from '@/features/messages/MessageCard';
import { previewOf } from './contentText';
import { useWizard } from './WizardContext';

/** The card as it would arrive, following each key stroke. */
export function ContentPreview({ from }: { from: string }) {
  const { t } = useTranslation('wizard');
  const { template, values } = useWizard();
  return (
    <Flex vertical gap="small">
      <Typography.Text strong>{t('content.preview')}</Typography.Text>
      {template ? (
        <>
          <MessageCard
            from={from}
            title={template.title}
            lines={template.fields.map(({ key, label, kind, maxLength, truncatable }) => {
              const param = values.content[key];
              const shown = previewOf(param?.text ?? '');
              const isCut = truncatable && param?.overlong === 'TRUNCATE' && maxLength !== null;
              return {
                key: `${kind}-${key}`,
                label,
                value: isCut ? [...shown].slice(0, maxLength).join('') : shown,
              };
            })}
            action={
              values.openMode === null || values.openMode === 'NONE'
                ? undefined
                : t(`open.action.${values.openMode}`)
            }
          />
          <Typography.Text type="secondary">{t('content.previewHint')}</Typography.Text>
        </>
      ) : (
        <Typography.Text type="secondary">{t('content.previewEmpty')}</Typography.Text>
      )}
    </Flex>
  );
}

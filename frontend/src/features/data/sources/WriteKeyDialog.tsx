import { CopyOutlined } from '@ant-design/icons';
import { Alert, App, Button, Flex, Modal, Tabs, Typography } from 'antd';
import { useTranslation } from 'react-i18next';
import styles from '../data.module.css';
import { SNIPPET_NAMES, SNIPPETS, snippet } from './snippets';

interface WriteKeyDialogProps {
  name: string;
  writeKey: string;
  onClose: () => void;
}

/** The write key, this once, and code that sends with it. */
export function WriteKeyDialog({ name, writeKey, onClose }: WriteKeyDialogProps) {
  const { t } = useTranslation('data');
  const { message } = App.useApp();

  async function copy(text: string) {
    try {
      await navigator.clipboard.writeText(text);
      void message.success(t('copied'));
    } catch {
      void message.warning(t('notCopied'));
    }
  }

  return (
    <Modal
      open
      width={720}
      title={t('sources.key.title', { name })}
      mask={{ closable: false }}
      onCancel={onClose}
      footer={
        <Button type="primary" onClick={onClose}>
          {t('sources.key.kept')}
        </Button>
      }
    >
      <Flex vertical gap="middle">
        <Alert type="warning" showIcon title={t('sources.key.once')} />
        <Flex gap="small" align="center" wrap>
          <Typography.Text strong>{t('sources.key.label')}</Typography.Text>
          <Typography.Text code style={{ overflowWrap: 'anywhere' }} data-testid="write-key">
            {writeKey}
          </Typography.Text>
          <Button
            size="small"
            icon={<CopyOutlined aria-hidden />}
            onClick={() => void copy(writeKey)}
          >
            {t('sources.key.copy')}
          </Button>
        </Flex>
        <Tabs
          items={SNIPPETS.map((kind) => ({
            key: kind,
            label: SNIPPET_NAMES[kind],
            children: (
              <Flex vertical gap="small" align="start">
                <pre className={styles.code}>{snippet(kind, writeKey, window.location.origin)}</pre>
                <Button
                  icon={<CopyOutlined aria-hidden />}
                  onClick={() => void copy(snippet(kind, writeKey, window.location.origin))}
                >
                  {t('sources.key.copyCode')}
                </Button>
              </Flex>
            ),
          }))}
        />
      </Flex>
    </Modal>
  );
}

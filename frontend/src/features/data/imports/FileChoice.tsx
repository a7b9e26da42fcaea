import { InboxOutlined } from '@ant-design/icons';
import { Alert, Button, Flex, Typography, Upload } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type CsvPreview, PREVIEW_BYTES, type PreviewFault, previewCsv } from './csvPreview';
import { fileSize } from './fileSize';

/** The server takes no larger file; asked here first, so that nobody waits for a refusal. */
const MAX_BYTES = 2 * 1024 ** 3;

interface FileChoiceProps {
  chosen: File | null;
  encoding: CsvPreview['encoding'] | undefined;
  onChoose: (file: File, preview: CsvPreview) => void;
  onClear: () => void;
}

/** Takes a CSV and looks at its beginning in the browser; nothing is sent yet. */
export function FileChoice({ chosen, encoding, onChoose, onClear }: FileChoiceProps) {
  const { t } = useTranslation('data');
  const [fault, setFault] = useState<{ name: string; rule: PreviewFault | 'TOO_LARGE' } | null>(
    null,
  );

  async function look(file: File) {
    setFault(null);
    if (file.size > MAX_BYTES) return setFault({ name: file.name, rule: 'TOO_LARGE' });
    const bytes = new Uint8Array(await file.slice(0, PREVIEW_BYTES).arrayBuffer());
    const result = previewCsv(bytes, file.size <= PREVIEW_BYTES);
    if (result.fault) {
      setFault({ name: file.name, rule: result.fault });
      onClear();
    } else onChoose(file, result.preview);
  }

  if (chosen)
    return (
      <Flex gap="middle" align="center" wrap>
        <Typography.Text strong>{chosen.name}</Typography.Text>
        <Typography.Text type="secondary">
          {`${fileSize(chosen.size)} · ${encoding ?? ''}`}
        </Typography.Text>
        <Button size="small" onClick={onClear}>
          {t('wizard.otherFile')}
        </Button>
      </Flex>
    );
  return (
    <Flex vertical gap="small">
      <Upload.Dragger
        accept=".csv,.txt,text/csv,text/plain"
        showUploadList={false}
        beforeUpload={(file) => {
          void look(file);
          return false;
        }}
      >
        <p className="ant-upload-drag-icon">
          <InboxOutlined aria-hidden />
        </p>
        <p>{t('wizard.drop')}</p>
        <Typography.Text type="secondary">{t('wizard.limits')}</Typography.Text>
      </Upload.Dragger>
      {fault && (
        <Alert
          type="error"
          showIcon
          title={t('wizard.notTaken', { name: fault.name })}
          description={t(`wizard.fault.${fault.rule}`)}
        />
      )}
    </Flex>
  );
}

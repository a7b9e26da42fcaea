import { InboxOutlined } from '@ant-design/icons';
import { Alert, Button, Flex, Progress, Skeleton, Typography, Upload } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { rememberedProject } from '@/features/session/project';
import type { Fault } from '@/shared/graphql/errors';
import { type BadLine, BadLineTable } from './BadLineTable';
import { SAMPLE_HREF, SAMPLE_NAME } from './sampleFile';
import { MAX_BYTES, type Sending, sendFile } from './sendFile';
import { UploadReport } from './UploadReport';
import { useUpload } from './useUpload';
import { useUploadWords } from './useUploadWords';

interface UploadControlProps {
  value?: string | null;
  onChange?: (uploadId: string) => void;
  /** Whose target IDs the file holds; nothing can be uploaded before it is chosen (R41). */
  channelId: string | null;
}

/** Takes a CSV of target IDs, shows how it goes up and what was found in it (R38, spec §9.5). */
export function UploadControl({ value = null, onChange, channelId }: UploadControlProps) {
  const { t } = useTranslation('uploads');
  const { ofFile } = useUploadWords();
  const { upload, error, fetching } = useUpload(value);
  const [progress, setProgress] = useState<{ name: string; percent: number } | null>(null);
  const [fault, setFault] = useState<Fault | null>(null);
  const sending = useRef<Sending | null>(null);

  async function send(file: File) {
    if (channelId === null) return;
    setFault(null);
    if (file.size > MAX_BYTES) {
      setFault({ code: 'TOO_LARGE', reason: '', message: '', fields: [] });
      return;
    }
    setProgress({ name: file.name, percent: 0 });
    sending.current = sendFile({
      file,
      channelId,
      project: rememberedProject(),
      onProgress: (percent) => setProgress({ name: file.name, percent }),
    });
    const answer = await sending.current.done;
    setProgress(null);
    if ('fault' in answer) setFault(answer.fault);
    if ('id' in answer) onChange?.(answer.id);
  }

  const badLines = fault?.fields[0]?.params.badLines;
  return (
    <Flex vertical gap="small">
      {progress ? (
        <Flex gap="small" align="center">
          <Progress
            percent={progress.percent}
            aria-label={t('sending', { name: progress.name })}
            style={{ flex: 1 }}
          />
          <Button size="small" onClick={() => sending.current?.abort()}>
            {t('abort')}
          </Button>
        </Flex>
      ) : (
        <Upload.Dragger
          accept=".csv,.txt,text/csv,text/plain"
          showUploadList={false}
          disabled={channelId === null}
          beforeUpload={(file) => {
            void send(file);
            return false;
          }}
        >
          {!upload && (
            <p className="ant-upload-drag-icon">
              <InboxOutlined aria-hidden />
            </p>
          )}
          <p>{t(upload ? 'replace' : 'drop')}</p>
          <Typography.Text type="secondary">
            {t(channelId === null ? 'needsChannel' : 'limits')}
          </Typography.Text>
        </Upload.Dragger>
      )}
      <Typography.Text type="secondary">
        {t('format')}{' '}
        <a href={SAMPLE_HREF} download={SAMPLE_NAME} style={{ textDecoration: 'underline' }}>
          {t('sample')}
        </a>
      </Typography.Text>
      {fault && (
        <Alert
          type="error"
          showIcon
          title={t('notTaken')}
          description={
            <Flex vertical gap="small">
              {ofFile(fault)}
              {isBadLines(badLines) && <BadLineTable lines={badLines} total={badLines.length} />}
            </Flex>
          }
        />
      )}
      {value !== null && !upload && fetching && <Skeleton active title={false} />}
      {value !== null && !upload && error && <Alert type="warning" showIcon title={t('gone')} />}
      {upload && <UploadReport upload={upload} />}
    </Flex>
  );
}

function isBadLines(value: unknown): value is BadLine[] {
  return Array.isArray(value) && value.length > 0;
}

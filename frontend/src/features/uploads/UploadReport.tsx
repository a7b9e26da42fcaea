import { Alert, Collapse, Flex, Progress, Statistic, Typography } from 'antd';
import { useTranslation } from 'react-i18next';
import type { ResultOf } from '@/shared/graphql/graphql';
import { StatusTag, type Tone } from '@/shared/ui/StatusTag';
import type { AudienceUpload } from './AudienceUpload';
import { BadLineTable } from './BadLineTable';
import { useUploadWords } from './useUploadWords';

type Upload = ResultOf<typeof AudienceUpload>;

const TONE: Record<Upload['status'], Tone> = {
  RECEIVING: 'active',
  RESOLVING: 'active',
  READY: 'good',
  FAILED: 'bad',
};

/** What a file held: how many IDs, and which lines were not taken. */
export function UploadReport({ upload }: { upload: Upload }) {
  const { t } = useTranslation('uploads');
  const { ofFailure } = useUploadWords();
  const { total, valid, duplicate, invalid, resolved, badLines } = upload;
  return (
    <Flex vertical gap="small">
      <Flex gap="small" align="center" wrap>
        <Typography.Text strong>{upload.fileName}</Typography.Text>
        <StatusTag tone={TONE[upload.status]}>{t(`status.${upload.status}`)}</StatusTag>
      </Flex>
      <Flex gap={40} wrap role="group" aria-label={t('report.name')}>
        <Statistic title={t('report.total')} value={total} />
        <Statistic title={t('report.valid')} value={valid} />
        <Statistic title={t('report.duplicate')} value={duplicate} />
        <Statistic title={t('report.invalid')} value={invalid} />
      </Flex>
      {(upload.status === 'RECEIVING' || upload.status === 'RESOLVING') && (
        <div role="status">
          <Typography.Text type="secondary">{t('resolving')}</Typography.Text>
          <Progress
            aria-label={t('resolving')}
            percent={valid > 0 ? Math.floor((resolved / valid) * 100) : 0}
            size="small"
          />
        </div>
      )}
      {upload.status === 'FAILED' && (
        <Alert type="error" showIcon title={t('failed')} description={ofFailure(upload.failure)} />
      )}
      {badLines.length > 0 && (
        <Collapse
          size="small"
          items={[
            {
              key: 'bad',
              label: t('bad.open', { count: duplicate + invalid }),
              children: <BadLineTable lines={badLines} total={duplicate + invalid} />,
            },
          ]}
        />
      )}
    </Flex>
  );
}

import { Flex, Table, Typography } from 'antd';
import { useTranslation } from 'react-i18next';
import { useTime } from '@/shared/time/TimeContext';
import { StatusTag } from '@/shared/ui/StatusTag';
import type { VersionData } from './segmentQueries';
import { useFailureWords } from './useFailureWords';

/** What was computed when, why, and how it went. */
export function VersionTable({ versions }: { versions: VersionData[] }) {
  const { t } = useTranslation('segments');
  const time = useTime();
  const failureWords = useFailureWords();
  return (
    <Table<VersionData>
      rowKey="id"
      size="small"
      pagination={versions.length > 10 ? { pageSize: 10, showSizeChanger: false } : false}
      dataSource={versions}
      aria-label={t('page.history')}
      locale={{ emptyText: <span className="secondary">{t('page.noHistory')}</span> }}
      columns={[
        {
          title: t('page.at'),
          dataIndex: 'computedAt',
          rowScope: 'row',
          width: 180,
          render: (at: string) => time.second(at),
        },
        {
          title: t('page.cause'),
          dataIndex: 'cause',
          width: 160,
          render: (cause: VersionData['cause']) => t(`cause.${cause}`),
        },
        {
          title: t('page.status'),
          key: 'status',
          render: (_, { status, failure, failureText }) => (
            <Flex vertical align="flex-start" gap={2}>
              <StatusTag tone={status === 'READY' ? 'good' : 'bad'}>
                {t(status === 'READY' ? 'page.ready' : 'page.failed')}
              </StatusTag>
              {status === 'FAILED' && (
                <Typography.Text type="secondary" style={{ fontSize: 12 }}>
                  {failureWords(failure, failureText)}
                </Typography.Text>
              )}
            </Flex>
          ),
        },
        {
          title: t('page.size'),
          key: 'size',
          align: 'end',
          width: 120,
          render: (_, { status, size }) => (status === 'READY' ? size.toLocaleString() : '--'),
        },
        {
          title: t('page.took'),
          dataIndex: 'tookMs',
          align: 'end',
          width: 120,
          render: (ms: number) => t('page.seconds', { seconds: (ms / 1000).toFixed(2) }),
        },
      ]}
    />
  );
}

import { Alert, Flex, Skeleton, Table, Typography } from 'antd';
import type { ColumnsType } from 'antd/es/table';
import { useTranslation } from 'react-i18next';
import { useTime } from '@/shared/time/TimeContext';
import { StatusTag } from '@/shared/ui/StatusTag';
import { readCalls, type SandboxCall } from './sandboxDoor';
import { usePolled } from './usePolled';

/** Every call to the stand-in for WeChat, refused and unanswered ones too, newest first. */
export function CallLog({ openid, isLive }: { openid: string | undefined; isLive: boolean }) {
  const { t } = useTranslation('sandbox');
  const time = useTime();
  const { value, failure } = usePolled(openid ?? '', () => readCalls(openid), isLive);

  if (failure && !value)
    return <Alert type="error" showIcon title={t('failed')} description={failure} />;
  if (!value) return <Skeleton active />;

  const columns: ColumnsType<SandboxCall> = [
    { title: '#', dataIndex: 'seq', width: 80, rowScope: 'row' },
    {
      title: t('call.at'),
      dataIndex: 'at',
      width: 180,
      render: (at: string) => time.second(at),
    },
    { title: t('call.path'), dataIndex: 'path' },
    { title: 'openid', dataIndex: 'touser', render: (id: string) => id || '—' },
    {
      title: t('call.outcome'),
      key: 'outcome',
      render: (_value, call) => <Outcome call={call} />,
    },
    { title: t('call.msgid'), dataIndex: 'msgid', render: (id: string) => id || '—' },
    {
      title: t('call.ms'),
      dataIndex: 'ms',
      width: 110,
      align: 'end',
      render: (ms: number) => ms.toFixed(1),
    },
  ];
  return (
    <Flex vertical gap="small">
      <Typography.Text type="secondary" role="status">
        {t('call.total', { shown: value.calls.length, total: value.total })}
      </Typography.Text>
      <Table<SandboxCall>
        rowKey="seq"
        size="small"
        columns={columns}
        dataSource={value.calls}
        pagination={{ defaultPageSize: 20, showSizeChanger: false }}
        scroll={{ x: 'max-content' }}
      />
    </Flex>
  );
}

function Outcome({ call }: { call: SandboxCall }) {
  const { t, i18n } = useTranslation('sandbox');
  if (!call.answered) return <StatusTag tone="held">{t('call.unanswered')}</StatusTag>;
  if (call.errcode === 0) return <StatusTag tone="good">{t('call.ok')}</StatusTag>;
  // Codes are WeChat's; those without words are shown as they are.
  const lookUp = i18n.t as (key: string) => string;
  const key = `sandbox:errcode.${call.errcode}`;
  return (
    <span>
      <StatusTag tone="bad">{call.errcode}</StatusTag>{' '}
      {i18n.exists(key) ? lookUp(key) : t('errcode.other')}
    </span>
  );
}

import { PlusOutlined } from '@ant-design/icons';
import { Link, useNavigate } from '@tanstack/react-router';
import { Button, Card, Flex, Table, Typography } from 'antd';
import type { ColumnsType } from 'antd/es/table';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { useCan } from '@/features/session/session';
import { nodesOf } from '@/shared/graphql/nodesOf';
import { useTime } from '@/shared/time/TimeContext';
import { PageHeader } from '@/shared/ui/PageHeader';
import { QueryState } from '@/shared/ui/QueryState';
import { ChannelDrawer } from './ChannelDrawer';
import { ChannelListQuery } from './ChannelRow';
import { ChannelStateTag } from './ChannelStateTag';
import type { Channel } from './channelForm';

/** The mini programs that messages can be sent from. */
export function ChannelListPage() {
  const { t } = useTranslation('channels');
  const { t: tc } = useTranslation();
  const time = useTime();
  const can = useCan();
  const navigate = useNavigate();
  const [isAdding, setIsAdding] = useState(false);
  const [{ data, fetching, error }, refetch] = useQuery({ query: ChannelListQuery });
  const channels = nodesOf(data?.channels);

  const columns: ColumnsType<Channel> = [
    {
      title: t('field.name'),
      dataIndex: 'name',
      rowScope: 'row',
      render: (name: string, { id }) => (
        <Link to="/channels/$id" params={{ id }}>
          {name}
        </Link>
      ),
    },
    {
      title: 'AppID',
      dataIndex: 'appID',
      render: (appID: string) => <Typography.Text code>{appID}</Typography.Text>,
    },
    {
      title: t('field.condition'),
      key: 'condition',
      render: (_value, channel) => <ChannelStateTag channel={channel} />,
    },
    {
      title: t('field.qpsLimit'),
      dataIndex: 'qpsLimit',
      align: 'end',
      render: (limit: number) => (limit === 0 ? t('unlimited') : limit),
    },
    { title: t('field.openTaskCount'), dataIndex: 'openTaskCount', align: 'end' },
    {
      title: t('field.templatesSyncedAt'),
      dataIndex: 'templatesSyncedAt',
      render: (at: string | null) => time.minute(at),
    },
  ];

  return (
    <Flex vertical gap="middle">
      <PageHeader
        title={t('title')}
        description={t('description')}
        path={[tc('nav.section.marketing'), tc('nav.group.channels')]}
        actions={
          can('channel.wechat_mp.manage') && (
            <Button
              type="primary"
              icon={<PlusOutlined aria-hidden />}
              onClick={() => setIsAdding(true)}
            >
              {t('create')}
            </Button>
          )
        }
      />
      <Card size="small" styles={{ body: { padding: 0 } }}>
        <QueryState
          fetching={fetching}
          error={error}
          isEmpty={channels.length === 0}
          empty={t('none')}
          onRetry={() => refetch({ requestPolicy: 'network-only' })}
        >
          <Table<Channel>
            rowKey="id"
            size="middle"
            columns={columns}
            dataSource={channels}
            pagination={false}
          />
        </QueryState>
      </Card>
      {isAdding && (
        <ChannelDrawer
          channel={null}
          onClose={() => setIsAdding(false)}
          onSaved={(id) => void navigate({ to: '/channels/$id', params: { id } })}
        />
      )}
    </Flex>
  );
}

import { SyncOutlined } from '@ant-design/icons';
import { Alert, Button, Card, Flex, Table, Tag, Typography } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { useCan } from '@/features/session/session';
import type { Fault } from '@/shared/graphql/errors';
import { graphql, type ResultOf } from '@/shared/graphql/graphql';
import { nodesOf } from '@/shared/graphql/nodesOf';
import { useAct } from '@/shared/graphql/useAct';
import { useFaultWords } from '@/shared/graphql/useFaultWords';
import { useTime } from '@/shared/time/TimeContext';
import { QueryState } from '@/shared/ui/QueryState';
import type { Channel } from './channelForm';
import { SyncTemplates } from './syncTemplates';

const TemplateTableQuery = graphql(`
  query TemplateTable($channelId: ID!) {
    templates(first: 100, orderBy: { field: TITLE, direction: ASC }, where: { channelID: $channelId }) {
      totalCount
      edges {
        node {
          id
          providerID
          title
          kind
          example
          removedAt
          fields { key label kind maxLength enum truncatable }
        }
      }
    }
  }
`);

type Template = NonNullable<
  NonNullable<
    NonNullable<ResultOf<typeof TemplateTableQuery>['templates']['edges']>[number]
  >['node']
>;

/** The channel's templates as WeChat listed them last (R82). */
export function TemplateCard({ channel }: { channel: Channel }) {
  const { t } = useTranslation('channels');
  const time = useTime();
  const can = useCan();
  const { ofFault } = useFaultWords();
  const sync = useAct(SyncTemplates);
  const [fault, setFault] = useState<Fault | null>(null);
  const [counts, setCounts] = useState<{ added: number; changed: number; removed: number } | null>(
    null,
  );
  const [{ data, fetching, error }, refetch] = useQuery({
    query: TemplateTableQuery,
    variables: { channelId: channel.id },
  });
  const templates = nodesOf(data?.templates);

  async function read() {
    setFault(null);
    const outcome = await sync.act({ channelId: channel.id });
    if (outcome.fault) return setFault(outcome.fault);
    setCounts(outcome.data.syncTemplates);
    refetch({ requestPolicy: 'network-only' });
  }

  return (
    <Card
      size="small"
      title={t('template.title')}
      extra={
        <Flex gap="small" align="center">
          <Typography.Text type="secondary" role="status">
            {counts
              ? t('template.synced', counts)
              : channel.templatesSyncedAt
                ? t('template.syncedAt', { at: time.minute(channel.templatesSyncedAt) })
                : t('template.neverSynced')}
          </Typography.Text>
          {can('channel.wechat_mp.manage') && (
            <Button
              icon={<SyncOutlined aria-hidden />}
              loading={sync.busy}
              onClick={() => void read()}
            >
              {t('template.sync')}
            </Button>
          )}
        </Flex>
      }
    >
      {fault && (
        <Alert
          type="error"
          showIcon
          style={{ marginBottom: 12 }}
          title={t('template.syncFailed')}
          description={ofFault(fault)}
        />
      )}
      <QueryState
        fetching={fetching}
        error={error}
        isEmpty={templates.length === 0}
        empty={t('template.none')}
        onRetry={() => refetch({ requestPolicy: 'network-only' })}
      >
        <Table<Template>
          rowKey="id"
          size="small"
          dataSource={templates}
          pagination={templates.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
          columns={[
            {
              title: t('template.name'),
              dataIndex: 'title',
              rowScope: 'row',
              render: (title: string, template) => (
                <Flex vertical gap={2}>
                  <span>
                    {title} {template.removedAt && <Tag color="red">{t('template.removed')}</Tag>}
                  </span>
                  <Typography.Text type="secondary" style={{ fontSize: 12, fontWeight: 'normal' }}>
                    {template.providerID}
                  </Typography.Text>
                </Flex>
              ),
            },
            {
              title: t('template.kind'),
              dataIndex: 'kind',
              width: 100,
              render: (kind: Template['kind']) => t(`template.${kind}`),
            },
            {
              title: t('template.fields'),
              dataIndex: 'fields',
              render: (fields: Template['fields']) => <FieldList fields={fields} />,
            },
            {
              title: t('template.example'),
              dataIndex: 'example',
              render: (example: string) => (
                <Typography.Text type="secondary" style={{ whiteSpace: 'pre-line', fontSize: 13 }}>
                  {example}
                </Typography.Text>
              ),
            },
          ]}
        />
      </QueryState>
    </Card>
  );
}

function FieldList({ fields }: { fields: Template['fields'] }) {
  const { t } = useTranslation('channels');
  return (
    <ul style={{ margin: 0, padding: 0, listStyle: 'none' }}>
      {fields.map((field) => (
        <li key={field.key}>
          {field.label}{' '}
          <Typography.Text type="secondary" style={{ fontSize: 13 }}>
            {field.key}
            {field.maxLength !== null && ` · ${t('template.limit', { limit: field.maxLength })}`}
            {field.enum.length > 0 && ` · ${field.enum.join(' / ')}`}
            {field.truncatable && ` · ${t('template.truncatable')}`}
          </Typography.Text>
        </li>
      ))}
    </ul>
  );
}

import { PlusOutlined } from '@ant-design/icons';
import { getRouteApi, Link } from '@tanstack/react-router';
import { App, Button, Card, Flex, Form, Input, Select, Table, Tooltip } from 'antd';
import type { ColumnsType } from 'antd/es/table';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { useCan } from '@/features/session/session';
import type { ResultOf } from '@/shared/graphql/graphql';
import { nodesOf } from '@/shared/graphql/nodesOf';
import { useAct } from '@/shared/graphql/useAct';
import { useFieldWords } from '@/shared/graphql/useFieldWords';
import { useTime } from '@/shared/time/TimeContext';
import { ConfirmButton } from '@/shared/ui/ConfirmButton';
import { CursorPager } from '@/shared/ui/CursorPager';
import { PageHeader } from '@/shared/ui/PageHeader';
import { QueryState } from '@/shared/ui/QueryState';
import { CampaignDialog } from './CampaignDialog';
import { CampaignGroupDrawer } from './CampaignGroupDrawer';
import { CampaignGroupsQuery } from './CampaignGroups';
import { CampaignListQuery, DeleteCampaign } from './CampaignList';
import { type CampaignSearch, toCampaignVariables } from './campaignSearch';

type Campaign = NonNullable<
  NonNullable<NonNullable<ResultOf<typeof CampaignListQuery>['campaigns']['edges']>[number]>['node']
>;

const route = getRouteApi('/console/campaigns');

/** Campaigns and their groups (spec §2.2). */
export function CampaignListPage() {
  const { t } = useTranslation('campaigns');
  const { t: tc } = useTranslation();
  const time = useTime();
  const can = useCan();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const mayManage = can('campaign.manage');
  const [editing, setEditing] = useState<Campaign | 'new' | null>(null);
  const [isSorting, setIsSorting] = useState(false);
  const [{ data, fetching, error }, refetch] = useQuery({
    query: CampaignListQuery,
    variables: toCampaignVariables(search),
  });
  const campaigns = nodesOf(data?.campaigns);

  const columns: ColumnsType<Campaign> = [
    { title: t('column.name'), dataIndex: 'name', rowScope: 'row' },
    { title: t('column.group'), dataIndex: ['group', 'name'] },
    {
      title: t('column.tasks'),
      dataIndex: 'taskCount',
      width: 120,
      align: 'end',
      render: (count: number, { id, name }) =>
        count > 0 ? (
          <Link to="/tasks" search={{ campaign: id }} aria-label={t('tasksOf', { name })}>
            {count}
          </Link>
        ) : (
          count
        ),
    },
    {
      title: t('column.createdAt'),
      dataIndex: 'createdAt',
      width: 180,
      render: (at: string) => time.minute(at),
    },
    ...(mayManage
      ? [
          {
            title: t('column.operations'),
            key: 'operations',
            width: 160,
            render: (_value: unknown, campaign: Campaign) => (
              <Operations campaign={campaign} onEdit={() => setEditing(campaign)} />
            ),
          },
        ]
      : []),
  ];

  return (
    <Flex vertical gap="middle">
      <PageHeader
        title={t('title')}
        description={t('description')}
        path={[tc('nav.section.content'), tc('nav.group.assets')]}
        actions={
          mayManage && (
            <>
              <Button onClick={() => setIsSorting(true)}>{t('group.manage')}</Button>
              <Button
                type="primary"
                icon={<PlusOutlined aria-hidden />}
                onClick={() => setEditing('new')}
              >
                {t('create')}
              </Button>
            </>
          )
        }
      />
      <Card size="small">
        <Filters search={search} onFilter={(next) => void navigate({ search: next })} />
      </Card>
      <Card size="small" styles={{ body: { padding: 0 } }}>
        <QueryState
          fetching={fetching}
          error={error}
          isEmpty={campaigns.length === 0}
          empty={t(search.q || search.group ? 'noneFound' : 'none')}
          onRetry={() => refetch({ requestPolicy: 'network-only' })}
        >
          <Table<Campaign>
            rowKey="id"
            size="middle"
            columns={columns}
            dataSource={campaigns}
            pagination={false}
          />
        </QueryState>
      </Card>
      {campaigns.length > 0 && (
        <CursorPager
          pageInfo={data?.campaigns.pageInfo}
          total={t('total', { count: data?.campaigns.totalCount ?? 0 })}
          onPage={(cursor) =>
            void navigate({
              search: (old) => ({ ...old, after: undefined, before: undefined, ...cursor }),
            })
          }
        />
      )}
      {editing !== null && (
        <CampaignDialog
          campaign={editing === 'new' ? null : editing}
          onClose={() => setEditing(null)}
          onSaved={() => setEditing(null)}
        />
      )}
      {isSorting && <CampaignGroupDrawer onClose={() => setIsSorting(false)} />}
    </Flex>
  );
}

interface FiltersProps {
  search: CampaignSearch;
  onFilter: (search: Pick<CampaignSearch, 'q' | 'group'>) => void;
}

function Filters({ search, onFilter }: FiltersProps) {
  const { t } = useTranslation('campaigns');
  const [{ data }] = useQuery({ query: CampaignGroupsQuery });
  return (
    <search aria-label={t('filter.name')}>
      <Form
        key={`${search.q} ${search.group}`}
        name="campaign-filter"
        layout="inline"
        initialValues={search}
        onFinish={onFilter}
      >
        <Form.Item name="q" label={t('filter.keyword')}>
          <Input allowClear maxLength={60} style={{ width: 220 }} />
        </Form.Item>
        <Form.Item name="group" label={t('filter.group')}>
          <Select
            allowClear
            placeholder={t('filter.all')}
            style={{ width: 180 }}
            options={nodesOf(data?.campaignGroups).map(({ id, name }) => ({
              value: id,
              label: name,
            }))}
          />
        </Form.Item>
        <Button type="primary" htmlType="submit">
          {t('filter.search')}
        </Button>
      </Form>
    </search>
  );
}

function Operations({ campaign, onEdit }: { campaign: Campaign; onEdit: () => void }) {
  const { t } = useTranslation('campaigns');
  const { t: tc } = useTranslation();
  const { message } = App.useApp();
  const words = useFieldWords('campaigns');
  const removal = useAct(DeleteCampaign);
  const inUse = campaign.taskCount > 0;

  async function remove() {
    const { fault } = await removal.act({ id: campaign.id });
    const [field] = fault?.fields ?? [];
    if (field) void message.error(words(field));
    else if (fault) removal.tell(fault);
    else void message.success(t('deleted'));
  }

  return (
    <Flex gap={4}>
      <Button type="link" size="small" onClick={onEdit}>
        {tc('action.edit')}
      </Button>
      <Tooltip title={inUse ? t('remove.inUse', { count: campaign.taskCount }) : undefined}>
        <ConfirmButton
          type="link"
          size="small"
          danger
          disabled={inUse}
          question={t('remove.question', { name: campaign.name })}
          consequence={t('remove.consequence')}
          onConfirm={remove}
        >
          {tc('action.delete')}
        </ConfirmButton>
      </Tooltip>
    </Flex>
  );
}

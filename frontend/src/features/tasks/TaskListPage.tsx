import { PlusOutlined } from '@ant-design/icons';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { Flex, Table, Tooltip, Typography } from 'antd';
import type { ColumnsType } from 'antd/es/table';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery, useSubscription } from 'urql';
import { useCan } from '@/features/session/session';
import { nodesOf } from '@/shared/graphql/nodesOf';
import { useTime } from '@/shared/time/TimeContext';
import { CursorPager } from '@/shared/ui/CursorPager';
import { LinkButton } from '@/shared/ui/LinkButton';
import { PageHeader } from '@/shared/ui/PageHeader';
import { QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { ProgressCell } from './ProgressCell';
import { TaskActions } from './TaskActions';
import { TaskFilters } from './TaskFilters';
import type { TaskRowData } from './TaskRow';
import { TaskListQuery, TaskProgressed } from './taskListQuery';
import { isFiltered, toTaskVariables } from './taskSearch';
import { isLive, TASK_TONE } from './taskStatus';
import { useReasonWords } from './useReasonWords';
import type { ActionDone } from './useTaskAction';

const route = getRouteApi('/console/tasks');

export function TaskListPage() {
  const { t } = useTranslation('tasks');
  const { t: tShell } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const can = useCan();
  const [{ data, fetching, error }, refetch] = useQuery({
    query: TaskListQuery,
    variables: toTaskVariables(search),
  });
  const rows = useMemo(() => nodesOf(data?.tasks), [data]);
  const live = useMemo(() => rows.filter((row) => isLive(row.status)).map((row) => row.id), [rows]);
  useSubscription({ query: TaskProgressed, variables: { ids: live }, pause: live.length === 0 });
  const columns = useTaskColumns();
  const filter = useMemo(() => {
    const { after: _after, before: _before, ...rest } = search;
    return rest;
  }, [search]);

  return (
    <Flex vertical gap="middle">
      <PageHeader
        title={t('list.title')}
        path={[tShell('nav.section.operations'), tShell('nav.group.messages')]}
        actions={
          can('outreach.task.create') && (
            <LinkButton
              to="/tasks/new"
              search={{}}
              look="primary"
              icon={<PlusOutlined aria-hidden />}
            >
              {t('list.create')}
            </LinkButton>
          )
        }
      />
      <div className="panel" style={{ padding: 12 }}>
        <TaskFilters filter={filter} onFilter={(next) => void navigate({ search: next })} />
      </div>
      <div className="panel">
        <QueryState
          fetching={fetching}
          error={error}
          isEmpty={rows.length === 0}
          empty={isFiltered(filter) ? t('list.noneFiltered') : t('list.none')}
          onRetry={() => refetch({ requestPolicy: 'network-only' })}
        >
          <Table<TaskRowData>
            rowKey="id"
            columns={columns}
            dataSource={rows}
            loading={fetching && rows.length === 0}
            pagination={false}
            size="middle"
            tableLayout="fixed"
            scroll={{ x: 1080 }}
          />
          <div style={{ padding: '12px 16px' }}>
            <CursorPager
              pageInfo={data?.tasks.pageInfo}
              total={t('list.total', { count: data?.tasks.totalCount ?? 0 })}
              onPage={(cursor) => void navigate({ search: { ...filter, ...cursor } })}
            />
          </div>
        </QueryState>
      </div>
    </Flex>
  );
}

function useTaskColumns(): ColumnsType<TaskRowData> {
  const { t } = useTranslation('tasks');
  const time = useTime();
  const reasonWords = useReasonWords();
  const navigate = useNavigate();
  const openCopy: ActionDone = (action, { id }) => {
    if (action === 'COPY') void navigate({ to: '/tasks/$id/edit', params: { id }, search: {} });
  };
  return [
    {
      title: t('list.name'),
      key: 'name',
      rowScope: 'row',
      render: (_, { id, name }) => (
        <Flex vertical>
          <Link to="/tasks/$id" params={{ id }} search={{}}>
            {name || t('list.unnamed')}
          </Link>
          <Typography.Text type="secondary" className="mono-id" ellipsis title={id}>
            {id}
          </Typography.Text>
        </Flex>
      ),
    },
    {
      title: t('list.status'),
      key: 'status',
      width: 104,
      render: (_, { status, statusReason, approval }) => {
        const tag = <StatusTag tone={TASK_TONE[status]}>{t(`status.${status}`)}</StatusTag>;
        const why =
          status === 'REJECTED' ? approval?.comment : statusReason && reasonWords(statusReason);
        if (!why) return tag;
        return (
          <Flex vertical gap={2} align="flex-start">
            {tag}
            <Tooltip title={why}>
              <Typography.Text type="secondary" ellipsis style={{ fontSize: 12, maxWidth: 96 }}>
                {why}
              </Typography.Text>
            </Tooltip>
          </Flex>
        );
      },
    },
    {
      title: t('list.typeAndChannel'),
      key: 'type',
      width: 132,
      render: (_, { type, channel }) => (
        <Flex vertical>
          <span>{t(`type.${type}`)}</span>
          <Typography.Text type="secondary" style={{ fontSize: 12 }}>
            {channel?.name ?? '--'}
          </Typography.Text>
        </Flex>
      ),
    },
    {
      title: t('list.progress'),
      key: 'progress',
      width: 150,
      render: (_, { name, status, progress }) => (
        <ProgressCell name={name} status={status} counts={progress} />
      ),
    },
    {
      title: t('list.sent'),
      key: 'sent',
      width: 76,
      align: 'right',
      render: (_, { progress }) => (progress.total > 0 ? progress.sent.toLocaleString() : '--'),
    },
    {
      title: <Tooltip title={t('list.deliveredHint')}>{t('list.delivered')}</Tooltip>,
      key: 'delivered',
      width: 90,
      align: 'right',
      render: () => '--',
    },
    {
      title: t('list.reachAt'),
      key: 'reachAt',
      width: 142,
      render: (_, { reachAt, startsAt, endsAt }) =>
        startsAt && !reachAt ? (
          <Flex vertical style={{ fontSize: 12, whiteSpace: 'nowrap' }}>
            <span>{t('list.from', { at: time.minute(startsAt) })}</span>
            <span>{t('list.until', { at: time.minute(endsAt) })}</span>
          </Flex>
        ) : (
          time.minute(reachAt)
        ),
    },
    {
      title: t('list.creator'),
      key: 'creator',
      width: 124,
      render: (_, { creator, createdAt }) => (
        <Flex vertical>
          <span>{creator.name}</span>
          <Typography.Text type="secondary" style={{ fontSize: 12 }}>
            {time.minute(createdAt)}
          </Typography.Text>
        </Flex>
      ),
    },
    {
      title: t('list.actions'),
      key: 'actions',
      width: 136,
      fixed: 'right',
      render: (_, task) => <TaskActions task={task} look="row" onDone={openCopy} />,
    },
  ];
}

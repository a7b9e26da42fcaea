import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { Flex, Tabs, Typography } from 'antd';
import { useTranslation } from 'react-i18next';
import { useQuery, useSubscription } from 'urql';
import { BacktestSection } from '@/features/backtest/BacktestSection';
import { PreflightSection } from '@/features/preflight/PreflightSection';
import { lacksSegment, NoSegmentPermission } from '@/features/segments/NoSegmentPermission';
import { useCan } from '@/features/session/session';
import { nodesOf } from '@/shared/graphql/nodesOf';
import { PageHeader } from '@/shared/ui/PageHeader';
import { QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { ConfigurationView } from './ConfigurationView';
import { ApprovalHistory } from './detail/ApprovalHistory';
import { OverviewTab } from './detail/OverviewTab';
import { RecipientsTab } from './detail/RecipientsTab';
import { TaskTrouble } from './detail/TaskTrouble';
import { type TaskPageData, TaskPageProgressed, TaskPageQuery } from './detail/taskPageQuery';
import { TaskActions } from './TaskActions';
import { TASK_TABS, type TaskTab } from './taskDetailSearch';
import { familyOf, isLive, isRunOpen, TASK_TONE } from './taskStatus';

const route = getRouteApi('/console/tasks/$id');

export function TaskPage() {
  const { t } = useTranslation('tasks');
  const { id } = route.useParams();
  const [{ data, fetching, error }, refetch] = useQuery({
    query: TaskPageQuery,
    variables: { id },
  });
  const task = data?.node?.__typename === 'Task' ? data.node : undefined;
  useSubscription({
    query: TaskPageProgressed,
    variables: { ids: [id] },
    pause: !task || !moves(task),
  });
  if (lacksSegment(error)) return <NoSegmentPermission />;
  return (
    <QueryState
      fetching={fetching}
      error={error}
      isEmpty={!task}
      empty={t('page.none')}
      onRetry={() => refetch({ requestPolicy: 'network-only' })}
    >
      {task && <TaskView task={task} />}
    </QueryState>
  );
}

/** Whether anything on the page can change by itself. */
function moves(task: TaskPageData): boolean {
  return isLive(task.status) || nodesOf(task.runs).some(({ status }) => isRunOpen(status));
}

/** Drafts open on their configuration, everything that ran on its numbers. */
export function firstTab(status: TaskPageData['status']): TaskTab {
  return status === 'DRAFT' || status === 'IN_APPROVAL' || status === 'REJECTED'
    ? 'configuration'
    : 'overview';
}

function TaskView({ task }: { task: TaskPageData }) {
  const { t } = useTranslation('tasks');
  const { t: tShell } = useTranslation();
  const { tab: asked } = route.useSearch();
  const can = useCan();
  const navigate = useNavigate();
  const tabs = TASK_TABS.filter((key) => key !== 'recipients' || can('analysis.send_detail.view'))
    .filter((key) => task.operations.includes('ANALYSE') || !ANALYSIS.includes(key))
    .filter((key) => (key !== 'backtest' && key !== 'preflight') || key === rehearsalOf(task));
  const wanted = asked ?? firstTab(task.status);
  const tab = tabs.includes(wanted) ? wanted : (tabs[0] ?? 'configuration');

  return (
    <Flex vertical gap="middle">
      <PageHeader
        title={task.name || t('list.unnamed')}
        path={[
          tShell('nav.section.operations'),
          tShell('nav.group.messages'),
          <Link key="list" to="/tasks" search={{}}>
            {tShell('nav.page.tasks')}
          </Link>,
        ]}
        beside={<StatusTag tone={TASK_TONE[task.status]}>{t(`status.${task.status}`)}</StatusTag>}
        description={
          <Typography.Text type="secondary" copyable={{ text: task.id }} className="mono-id">
            {task.id}
          </Typography.Text>
        }
        actions={
          <TaskActions
            task={task}
            look="page"
            onDone={(action, { id }) => {
              if (action === 'DELETE') void navigate({ to: '/tasks', search: {} });
              if (action === 'COPY')
                void navigate({ to: '/tasks/$id/edit', params: { id }, search: {} });
            }}
          />
        }
      />
      <TaskTrouble task={task} />
      <Tabs
        activeKey={tab}
        destroyOnHidden
        onChange={(key) =>
          void navigate({
            to: '/tasks/$id',
            params: { id: task.id },
            search: { tab: TASK_TABS.find((one) => one === key) },
          })
        }
        items={tabs.map((key) => ({
          key,
          label: t(`page.tab.${key}`),
          children: <TabBody tab={key} task={task} />,
        }))}
      />
    </Flex>
  );
}

/** How what a task does can be seen beforehand; not when nothing of it is left to come. */
function rehearsalOf({ type, status }: TaskPageData): TaskTab | null {
  const family = familyOf(type);
  if (family === 'TRIGGERED') return 'backtest';
  const isToCome = status === 'DRAFT' || status === 'IN_APPROVAL';
  const isRunning = status === 'RUNNING' || status === 'PAUSED';
  return isToCome || (family === 'REPEAT' && isRunning) ? 'preflight' : null;
}

const ANALYSIS: readonly TaskTab[] = ['overview', 'recipients'];

function TabBody({ tab, task }: { tab: TaskTab; task: TaskPageData }) {
  const mayEdit = useCan()('outreach.task.edit');
  switch (tab) {
    case 'overview':
      return <OverviewTab task={task} />;
    case 'recipients':
      return <RecipientsTab task={task} />;
    case 'configuration':
      return <ConfigurationView task={task} />;
    case 'backtest':
      return <BacktestSection taskId={task.id} readOnly={!mayEdit} />;
    case 'preflight':
      return <PreflightSection taskId={task.id} readOnly={!mayEdit} />;
    case 'approvals':
      return <ApprovalHistory approvals={nodesOf(task.approvals)} />;
  }
}

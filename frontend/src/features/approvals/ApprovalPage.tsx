import { getRouteApi } from '@tanstack/react-router';
import { Button, Card, Flex, Tabs, Typography } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { useCan, useSession } from '@/features/session/session';
import { nodesOf } from '@/shared/graphql/nodesOf';
import { useTime } from '@/shared/time/TimeContext';
import { PageHeader } from '@/shared/ui/PageHeader';
import { QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { ApprovalPanel } from './ApprovalPanel';
import { type ApprovalItemData, ApprovalListQuery, whereOf } from './approvalQueries';
import { APPROVAL_TABS, type ApprovalTab } from './approvalSearch';
import { APPROVAL_TONE } from './approvalTone';

const route = getRouteApi('/console/approvals');

/** The inbox: what waits for me, what I asked for, what I decided. */
export function ApprovalPage() {
  const { t } = useTranslation('approvals');
  const { t: tShell } = useTranslation();
  const can = useCan();
  const navigate = route.useNavigate();
  const decides = can('outreach.task.approve');
  const { tab = decides ? 'todo' : 'mine', open } = route.useSearch();
  const tabs = APPROVAL_TABS.filter((key) => key === 'mine' || decides);
  return (
    <Flex vertical gap="middle">
      <PageHeader
        title={t('title')}
        path={[tShell('nav.section.operations'), tShell('nav.group.messages')]}
      />
      <Tabs
        activeKey={tab}
        onChange={(key) =>
          void navigate({ search: { tab: APPROVAL_TABS.find((one) => one === key) } })
        }
        items={tabs.map((key) => ({ key, label: t(`tab.${key}`) }))}
      />
      <div className="inbox">
        <ApprovalList
          key={tab}
          tab={tab}
          open={open}
          onOpen={(id) => void navigate({ search: { tab, open: id } })}
        />
        {open ? (
          <ApprovalPanel key={open} id={open} />
        ) : (
          <Card>
            <Typography.Text type="secondary">{t('choose')}</Typography.Text>
          </Card>
        )}
      </div>
    </Flex>
  );
}

interface ApprovalListProps {
  tab: ApprovalTab;
  open: string | undefined;
  onOpen: (id: string) => void;
}

/** Pages one under the other; each is a query of its own, so that all stay up to date. */
function ApprovalList(props: ApprovalListProps) {
  const { t } = useTranslation('approvals');
  const [cursors, setCursors] = useState<(string | null)[]>([null]);
  return (
    <nav aria-label={t(`tab.${props.tab}`)} className="inbox-list">
      {cursors.map((cursor, index) => (
        <ApprovalListPage
          key={cursor ?? 'first'}
          {...props}
          after={cursor}
          isLast={index === cursors.length - 1}
          onMore={(next) => setCursors([...cursors, next])}
        />
      ))}
    </nav>
  );
}

interface ApprovalListPageProps extends ApprovalListProps {
  after: string | null;
  isLast: boolean;
  onMore: (cursor: string) => void;
}

const PAGE = 20;

function ApprovalListPage({ tab, open, onOpen, after, isLast, onMore }: ApprovalListPageProps) {
  const { t } = useTranslation('approvals');
  const { t: tShell } = useTranslation();
  const { me } = useSession();
  const { id } = me.account;
  const { selfApproval } = me.project;
  const variables = useMemo(
    () => ({ first: PAGE, after, where: whereOf(tab, { accountId: id, selfApproval }) }),
    [after, tab, id, selfApproval],
  );
  const [{ data, fetching, error }, refetch] = useQuery({ query: ApprovalListQuery, variables });
  const items = nodesOf(data?.approvals);
  const next = data?.approvals.pageInfo.hasNextPage ? data.approvals.pageInfo.endCursor : null;
  return (
    <QueryState
      fetching={fetching}
      error={error}
      isEmpty={items.length === 0}
      empty={t(`none.${tab}`)}
      onRetry={() => refetch({ requestPolicy: 'network-only' })}
    >
      {items.map((item) => (
        <ApprovalCard key={item.id} item={item} isOpen={item.id === open} onOpen={onOpen} />
      ))}
      {isLast && next && (
        <Button block onClick={() => onMore(next)}>
          {tShell('pager.more')}
        </Button>
      )}
    </QueryState>
  );
}

interface ApprovalCardProps {
  item: ApprovalItemData;
  isOpen: boolean;
  onOpen: (id: string) => void;
}

function ApprovalCard({ item, isOpen, onOpen }: ApprovalCardProps) {
  const { t } = useTranslation('approvals');
  const { t: tTasks } = useTranslation('tasks');
  const time = useTime();
  return (
    <button
      type="button"
      className="inbox-item"
      aria-current={isOpen ? 'true' : undefined}
      onClick={() => onOpen(item.id)}
    >
      <Flex justify="space-between" gap="small" align="center">
        <strong className="inbox-name">{item.task.name}</strong>
        <StatusTag tone={APPROVAL_TONE[item.status]}>{t(`status.${item.status}`)}</StatusTag>
      </Flex>
      <span>{t('by', { name: item.submitter.name, at: time.minute(item.submittedAt) })}</span>
      <span>
        {item.task.type === 'ONCE'
          ? t('reachAt', { at: time.minute(item.task.reachAt) })
          : t('startsAt', {
              type: tTasks(`type.${item.task.type}`),
              at: time.minute(item.task.startsAt),
            })}
      </span>
    </button>
  );
}

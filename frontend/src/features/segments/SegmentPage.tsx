import { ReloadOutlined } from '@ant-design/icons';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { Button, Card, Descriptions, Flex, Skeleton, Statistic, Tooltip, Typography } from 'antd';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { RuleSentence } from '@/features/rules/RuleSentence';
import { useCan } from '@/features/session/session';
import { nodesOf } from '@/shared/graphql/nodesOf';
import { useTime } from '@/shared/time/TimeContext';
import { ConfirmButton } from '@/shared/ui/ConfirmButton';
import { LinkButton } from '@/shared/ui/LinkButton';
import { PageHeader } from '@/shared/ui/PageHeader';
import { QueryState } from '@/shared/ui/QueryState';
import { MemberTable } from './MemberTable';
import { lacksSegment, NoSegmentPermission } from './NoSegmentPermission';
import { useSegmentActs } from './SegmentActions';
import { SegmentState } from './SegmentState';
import { type SegmentPageData, SegmentPageQuery } from './segmentQueries';
import { usePolling } from './usePolling';
import { VersionTable } from './VersionTable';

const TrendChart = lazy(async () => ({ default: (await import('./TrendChart')).TrendChart }));

const route = getRouteApi('/console/segments/$id');

/** One segment: whom it selects, how many they are and were, who uses it. */
export function SegmentPage() {
  const { t } = useTranslation('segments');
  const { id } = route.useParams();
  const [{ data, fetching, error }, refetch] = useQuery({
    query: SegmentPageQuery,
    variables: { id },
  });
  const segment = data?.node?.__typename === 'Segment' ? data.node : undefined;
  const again = () => refetch({ requestPolicy: 'network-only' });
  usePolling(segment?.status === 'COMPUTING', again);
  if (lacksSegment(error)) return <NoSegmentPermission />;
  return (
    <QueryState
      fetching={fetching}
      error={error}
      isEmpty={!segment}
      empty={t('gone')}
      onRetry={again}
    >
      {segment && <SegmentView segment={segment} onChanged={again} />}
    </QueryState>
  );
}

interface SegmentViewProps {
  segment: SegmentPageData;
  onChanged: () => void;
}

function SegmentView({ segment, onChanged }: SegmentViewProps) {
  const { t } = useTranslation('segments');
  const { t: tc } = useTranslation();
  const time = useTime();
  return (
    <Flex vertical gap="middle">
      <PageHeader
        title={segment.name}
        path={[
          tc('nav.section.audience'),
          <Link key="list" to="/segments" search={{}}>
            {t('title')}
          </Link>,
        ]}
        beside={<SegmentState segment={segment} />}
        description={segment.description || undefined}
        actions={<Actions segment={segment} onChanged={onChanged} />}
      />
      <Card size="small" title={<h2 className="card-title">{t('page.overview')}</h2>}>
        <Flex vertical gap="middle">
          <Flex gap={48} wrap>
            <Statistic
              title={t('page.people')}
              value={segment.computedAt ? segment.size : '--'}
              loading={segment.status === 'COMPUTING' && !segment.computedAt}
            />
            {segment.channel && (
              <Statistic
                title={t('page.reachable', { channel: segment.channel.name })}
                value={segment.reachable ?? '--'}
              />
            )}
          </Flex>
          <Descriptions size="small" column={{ xs: 1, md: 2, xl: 3 }} items={factsOf()} />
          <div>
            <Typography.Text type="secondary">{t('page.rule')}</Typography.Text>
            <Typography.Paragraph style={{ margin: '4px 0 0' }} data-testid="sentence">
              <RuleSentence rule={segment.rule} />
            </Typography.Paragraph>
          </div>
        </Flex>
      </Card>
      <Card size="small" title={<h2 className="card-title">{t('page.trend')}</h2>}>
        {segment.trend.length === 0 ? (
          <span className="secondary">{t('page.trendNone')}</span>
        ) : (
          <Suspense fallback={<Skeleton active />}>
            <TrendChart points={segment.trend} />
          </Suspense>
        )}
      </Card>
      <Card
        size="small"
        title={<h2 className="card-title">{t('page.history')}</h2>}
        styles={{ body: { padding: 0 } }}
      >
        <VersionTable versions={nodesOf(segment.versions)} />
      </Card>
      <Card size="small" title={<h2 className="card-title">{t('page.tasks')}</h2>}>
        <UsedBy segment={segment} />
      </Card>
      <Card size="small" title={<h2 className="card-title">{t('page.members')}</h2>}>
        <MemberTable key={segment.computedAt} id={segment.id} />
      </Card>
    </Flex>
  );

  function factsOf() {
    return [
      {
        key: 'mode',
        label: t('column.mode'),
        children:
          segment.updateMode === 'DAILY'
            ? `${t('mode.dailyAt', { at: segment.dailyAt })} (${time.zone})`
            : t('mode.ON_DEMAND'),
      },
      {
        key: 'computedAt',
        label: t('page.computedAt'),
        children: time.second(segment.computedAt),
      },
      { key: 'nextAt', label: t('page.nextAt'), children: time.minute(segment.nextAt) },
      { key: 'creator', label: t('page.creator'), children: segment.creator.name },
      { key: 'createdAt', label: t('page.createdAt'), children: time.minute(segment.createdAt) },
      {
        key: 'roles',
        label: t('page.roles'),
        children:
          (segment.roles ?? []).map((role) => t(`role.${role as 'MARKETER'}`)).join(' / ') ||
          t('page.everybody'),
      },
      {
        key: 'listed',
        label: t('page.listed'),
        children: t(segment.listed ? 'page.inList' : 'page.offList'),
      },
      ...(segment.originTask
        ? [
            {
              key: 'origin',
              label: t('page.originTask'),
              children: (
                <Link to="/tasks/$id" params={{ id: segment.originTask.id }} search={{}}>
                  {segment.originTask.name}
                </Link>
              ),
            },
          ]
        : []),
    ];
  }
}

function Actions({ segment, onChanged }: SegmentViewProps) {
  const { t } = useTranslation('segments');
  const { t: tc } = useTranslation();
  const can = useCan();
  const navigate = useNavigate();
  const { refresh, remove, isRefreshing } = useSegmentActs(segment, () => {});
  if (!can('segment.edit')) return null;
  const { id, name, editable, status, tasks, usedBy } = segment;
  const open = tasks.filter((task) => !['ENDED', 'CANCELLED', 'REJECTED'].includes(task.status));
  const why =
    open.length > 0
      ? t('remove.tasks', { count: open.length })
      : usedBy.length > 0
        ? t('remove.segments', { count: usedBy.length })
        : undefined;
  return (
    <>
      <Button
        icon={<ReloadOutlined aria-hidden />}
        loading={isRefreshing || status === 'COMPUTING'}
        onClick={async () => {
          await refresh();
          onChanged();
        }}
      >
        {status === 'COMPUTING' ? t('status.COMPUTING') : t('action.refreshNow')}
      </Button>
      {editable && (
        <>
          <LinkButton to="/segments/$id/edit" params={{ id }}>
            {tc('action.edit')}
          </LinkButton>
          <Tooltip title={why}>
            <span>
              <ConfirmButton
                danger
                disabled={why !== undefined}
                question={t('remove.question', { name })}
                consequence={t('remove.consequence')}
                onConfirm={async () => {
                  if (await remove()) await navigate({ to: '/segments', search: {} });
                }}
              >
                {tc('action.delete')}
              </ConfirmButton>
            </span>
          </Tooltip>
        </>
      )}
    </>
  );
}

function UsedBy({ segment: { tasks, usedBy } }: { segment: SegmentPageData }) {
  const { t } = useTranslation('segments');
  const { t: tt } = useTranslation('tasks');
  return (
    <Flex vertical gap="small">
      {tasks.length === 0 && <span className="secondary">{t('page.noTasks')}</span>}
      {tasks.length > 0 && (
        <ul style={{ margin: 0, paddingInlineStart: 18 }}>
          {tasks.map(({ id, name, status }) => (
            <li key={id}>
              <Link to="/tasks/$id" params={{ id }} search={{}}>
                {name}
              </Link>{' '}
              <span className="secondary">{tt(`status.${status}`)}</span>
            </li>
          ))}
        </ul>
      )}
      {usedBy.length > 0 && (
        <span>
          {t('page.usedBy')}:{' '}
          {usedBy.map(({ id, name }, index) => (
            <span key={id}>
              {index > 0 && ', '}
              <Link to="/segments/$id" params={{ id }}>
                {name}
              </Link>
            </span>
          ))}
        </span>
      )}
    </Flex>
  );
}

import { Link } from '@tanstack/react-router';
import {
  Alert,
  Card,
  Collapse,
  Descriptions,
  Flex,
  Skeleton,
  Statistic,
  Table,
  Typography,
} from 'antd';
import { lazy, Suspense, useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { usePolling } from '@/features/segments/usePolling';
import { useTime } from '@/shared/time/TimeContext';
import { QueryState } from '@/shared/ui/QueryState';
import { useReasonWords } from '../useReasonWords';
import { type DayLayer, dayLayers } from './dayStack';
import { type Standing, type StandingTask, TaskStandingQuery } from './standingQuery';
import type { TaskPageData } from './taskPageQuery';

const DayChart = lazy(async () => ({ default: (await import('./DayChart')).DayChart }));

const EVERY = 5000;
const OVER: readonly TaskPageData['status'][] = ['ENDED', 'CANCELLED'];

/** What a triggered task has in store: who waits for what, what each day brought, when it ends. */
export function StandingCard({ task }: { task: TaskPageData }) {
  const { t } = useTranslation('tasks');
  const [{ data, fetching, error }, refetch] = useQuery({
    query: TaskStandingQuery,
    variables: { id: task.id },
  });
  const found = data?.node?.__typename === 'Task' ? data.node : undefined;
  const again = () => refetch({ requestPolicy: 'network-only' });
  usePolling(!OVER.includes(task.status), again, EVERY);
  return (
    <Card size="small" title={<h2 className="card-title">{t('standing.title')}</h2>}>
      <QueryState fetching={fetching} error={error} isEmpty={!found} onRetry={again}>
        {found && (
          <Flex vertical gap="middle">
            <Hint status={task.status} found={found} />
            {found.standing && (
              <Waiting standing={found.standing} hasB={found.trigger?.b != null} />
            )}
            <Window found={found} />
            {found.standing && <Days task={task} days={found.standing.days} />}
          </Flex>
        )}
      </QueryState>
    </Card>
  );
}

/** What the state of the task means for events that happen now, and for what waits. */
function Hint({ status, found }: { status: TaskPageData['status']; found: StandingTask }) {
  const { t } = useTranslation('tasks');
  const time = useTime();
  const a = found.trigger?.a;
  if (OVER.includes(status)) {
    const { discarded, endedAt } = found;
    return (
      <Alert
        type="info"
        showIcon
        title={[
          endedAt && t('standing.ended', { at: time.second(endedAt) }),
          discarded > 0
            ? t('standing.discarded', { count: discarded })
            : t('standing.discardedNone'),
        ]
          .filter(Boolean)
          .join(' ')}
      />
    );
  }
  if (status === 'PAUSED') return <Alert type="warning" showIcon title={t('standing.paused')} />;
  if (status !== 'RUNNING') return null;
  if (a?.from && time.now().isBefore(a.from))
    return <Alert type="info" showIcon title={t('standing.notStarted')} />;
  if (a?.to && time.now().isAfter(a.to))
    return <Alert type="info" showIcon title={t('standing.windowOver')} />;
  return null;
}

function Waiting({ standing, hasB }: { standing: Standing; hasB: boolean }) {
  const { t } = useTranslation('tasks');
  const time = useTime();
  const { judging, pending, nextAt } = standing;
  return (
    <Flex gap={32} wrap>
      {hasB && <Statistic title={t('standing.judging')} value={atMost(judging)} />}
      <Statistic title={t('standing.pending')} value={atMost(pending)} />
      <Statistic
        title={t('standing.nextAt')}
        value={nextAt ? time.second(nextAt) : t('standing.nothing')}
      />
    </Flex>
  );
}

/** The server counts this far; one more stands for any number above. */
const COUNTED = 100_000;

function atMost(count: number): string | number {
  return count > COUNTED ? `${COUNTED.toLocaleString()}+` : count;
}

function Window({ found: { trigger, startsAt, endsAt } }: { found: StandingTask }) {
  const { t } = useTranslation('tasks');
  const time = useTime();
  return (
    <Descriptions
      size="small"
      column={2}
      items={[
        {
          key: 'window',
          label: t('standing.window'),
          children: t('coming.window', {
            from: time.minute(trigger?.a.from ?? startsAt),
            to: time.minute(trigger?.a.to),
          }),
        },
        {
          key: 'end',
          label: t('standing.end'),
          children: (
            <Flex vertical>
              <span>{time.minute(endsAt)}</span>
              <Typography.Text type="secondary" style={{ fontSize: 12 }}>
                {t('standing.endText')}
              </Typography.Text>
            </Flex>
          ),
        },
      ]}
    />
  );
}

type Day = Standing['days'][number];

function Days({ task, days }: { task: TaskPageData; days: readonly Day[] }) {
  const { t } = useTranslation('tasks');
  const reasonWords = useReasonWords();
  const layers = useMemo(() => dayLayers(days), [days]);
  const words = useCallback(
    ({ key, reason }: DayLayer) =>
      key === 'reason' && reason
        ? reasonWords(reason.reason, reason.explanation)
        : t(`standing.${key as Exclude<DayLayer['key'], 'reason'>}`),
    [t, reasonWords],
  );
  if (days.length === 0)
    return (
      <Typography.Text type="secondary" role="status">
        {t('standing.noDays')}
      </Typography.Text>
    );
  return (
    <Flex vertical gap="small">
      <Typography.Title level={3} style={{ fontSize: 14, margin: 0 }}>
        {t('standing.chartTitle')}
      </Typography.Title>
      <Suspense fallback={<Skeleton active />}>
        <DayChart days={days} layers={layers} words={words} />
      </Suspense>
      <Collapse
        size="small"
        ghost
        items={[
          {
            key: 'table',
            label: t('standing.table'),
            children: <DayTable task={task} days={days} layers={layers} words={words} />,
          },
        ]}
      />
    </Flex>
  );
}

interface DayTableProps {
  task: TaskPageData;
  days: readonly Day[];
  layers: readonly DayLayer[];
  words: (layer: DayLayer) => string;
}

function DayTable({ task, days, layers, words }: DayTableProps) {
  const { t } = useTranslation('tasks');
  const rows = days.map((day, index) => ({ ...day, index })).reverse();
  return (
    <Table<(typeof rows)[number]>
      rowKey="day"
      size="small"
      aria-label={t('standing.chartTitle')}
      pagination={rows.length > 10 ? { pageSize: 10, showSizeChanger: false } : false}
      dataSource={rows}
      scroll={{ x: 'max-content' }}
      columns={[
        {
          title: t('standing.day'),
          dataIndex: 'day',
          rowScope: 'row',
          render: (day: string, { run }) => (
            <Link
              to="/tasks/$id"
              params={{ id: task.id }}
              search={{ tab: 'recipients', run: run.id }}
            >
              {day}
            </Link>
          ),
        },
        {
          title: t('standing.total'),
          key: 'total',
          align: 'end',
          render: (_, { progress }) => progress.total.toLocaleString(),
        },
        ...layers.map((layer) => ({
          title: words(layer),
          key: `${layer.key}/${layer.reason?.reason ?? ''}`,
          align: 'end' as const,
          render: (_: unknown, { index }: { index: number }) =>
            (layer.counts[index] ?? 0).toLocaleString(),
        })),
      ]}
    />
  );
}

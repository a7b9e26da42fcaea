import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Button, Card, Flex, Skeleton, Statistic, Table, Tooltip, Typography } from 'antd';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { StatusTag } from '@/shared/ui/StatusTag';
import { DELIVERY_TONE, familyOf } from '../taskStatus';
import { useReasonWords } from '../useReasonWords';
import { ComingPoints } from './ComingPoints';
import { type FunnelRow, funnelRows, percent, sumOf } from './funnel';
import { RunPicker } from './RunPicker';
import { RunRecords } from './RunRecords';
import { sortedReasons } from './reasons';
import { StandingCard } from './StandingCard';
import type { ProgressBreakdown, ReasonCount, TaskPageData } from './taskPageQuery';
import { useChosenRun } from './useChosenRun';

const route = getRouteApi('/console/tasks/$id');

const DeliveryCharts = lazy(async () => ({
  default: (await import('./DeliveryCharts')).DeliveryCharts,
}));

/** Where everybody is: what comes next, numbers that add up, the funnel, the reasons, the runs. */
export function OverviewTab({ task }: { task: TaskPageData }) {
  const { t } = useTranslation('tasks');
  const family = familyOf(task.type);
  return (
    <Flex vertical gap="middle">
      {family === 'REPEAT' && <ComingPoints task={task} />}
      {family === 'TRIGGERED' && <StandingCard task={task} />}
      {task.runs.totalCount === 0 ? (
        <Card>
          <Typography.Text type="secondary" role="status">
            {t(`overview.notYet.${family}`)}
          </Typography.Text>
        </Card>
      ) : (
        <>
          <DeliveryNumbers task={task} />
          <RunRecords task={task} />
        </>
      )}
    </Flex>
  );
}

/** The numbers of all runs, or of the one that the address names. */
function DeliveryNumbers({ task }: { task: TaskPageData }) {
  const { t } = useTranslation('tasks');
  const { run: asked, state } = route.useSearch();
  const navigate = route.useNavigate();
  const chosen = useChosenRun(task, asked);
  const progress = chosen?.progress ?? task.progress;
  return (
    <Card
      size="small"
      title={<h2 className="card-title">{t('overview.title')}</h2>}
      extra={
        task.runs.totalCount > 1 && (
          <RunPicker
            task={task}
            chosen={chosen}
            label={t('overview.run')}
            value={chosen?.id}
            onChange={(run) => void navigate({ search: { tab: 'overview', run, state } })}
          />
        )
      }
    >
      <Flex vertical gap="middle">
        <CountRow taskId={task.id} run={chosen?.id} progress={progress} />
        {progress.total > 0 && (
          <Suspense fallback={<Skeleton active />}>
            <DeliveryCharts counts={progress} />
          </Suspense>
        )}
        <div className="chart-pair">
          <FunnelTable rows={funnelRows(progress)} isOneRun={chosen !== undefined} />
          <ReasonTable taskId={task.id} run={chosen?.id} reasons={progress.reasons} />
        </div>
      </Flex>
    </Card>
  );
}

interface CountRowProps {
  taskId: string;
  run: string | undefined;
  progress: ProgressBreakdown;
}

function CountRow({ taskId, run, progress }: CountRowProps) {
  const { t } = useTranslation('tasks');
  const navigate = useNavigate();
  const parts = sumOf(progress);
  return (
    <Flex vertical gap={4}>
      <Flex gap={32} wrap>
        <Statistic title={t('place.total')} value={progress.total} />
        {parts.map(({ key, count }) => (
          <Statistic key={key} title={t(`place.${key}`)} value={count} />
        ))}
        <Tooltip title={t('list.deliveredHint')}>
          <Statistic title={t('list.delivered')} value="--" />
        </Tooltip>
        {progress.rate > 0 && (
          <Statistic title={t('overview.rate')} value={Math.round(progress.rate)} />
        )}
      </Flex>
      <Flex gap="small" align="center" wrap>
        <Typography.Text type="secondary" data-testid="sum">
          {t('overview.sum', {
            total: progress.total.toLocaleString(),
            parts: parts
              .map(({ key, count }) => `${t(`place.${key}`)} ${count.toLocaleString()}`)
              .join(' + '),
          })}
        </Typography.Text>
        <Button
          type="link"
          size="small"
          onClick={() =>
            void navigate({
              to: '/tasks/$id',
              params: { id: taskId },
              search: { tab: 'recipients', run },
            })
          }
        >
          {t('overview.recipients')}
        </Button>
      </Flex>
    </Flex>
  );
}

function FunnelTable({ rows, isOneRun }: { rows: FunnelRow[]; isOneRun: boolean }) {
  const { t } = useTranslation('tasks');
  return (
    <Table<FunnelRow>
      rowKey="step"
      size="small"
      pagination={false}
      dataSource={rows}
      aria-label={t('funnel.title')}
      columns={[
        {
          title: t('funnel.step'),
          dataIndex: 'step',
          rowScope: 'row',
          render: (step: FunnelRow['step']) => (
            <Tooltip
              title={t(isOneRun && step === 'target' ? 'funnel.hint.ofRun' : `funnel.hint.${step}`)}
            >
              {t(`funnel.${step}`)}
            </Tooltip>
          ),
        },
        {
          title: t('funnel.count'),
          dataIndex: 'count',
          align: 'right',
          render: (count: number) => count.toLocaleString(),
        },
        {
          title: t('funnel.rate'),
          dataIndex: 'rate',
          align: 'right',
          render: (rate: number, { step }) => (step === 'target' ? '--' : percent(rate)),
        },
      ]}
    />
  );
}

interface ReasonTableProps {
  taskId: string;
  run: string | undefined;
  reasons: readonly ReasonCount[];
}

function ReasonTable({ taskId, run, reasons }: ReasonTableProps) {
  const { t } = useTranslation('tasks');
  const navigate = useNavigate();
  const reasonWords = useReasonWords();
  return (
    <Table<ReasonCount>
      rowKey={({ status, reason }) => `${status}/${reason}`}
      size="small"
      pagination={reasons.length > 10 ? { pageSize: 10 } : false}
      dataSource={sortedReasons(reasons)}
      aria-label={t('reasons.title')}
      locale={{
        emptyText: <Typography.Text type="secondary">{t('reasons.none')}</Typography.Text>,
      }}
      columns={[
        {
          title: t('reasons.outcome'),
          dataIndex: 'status',
          width: 92,
          render: (status: ReasonCount['status']) => (
            <StatusTag tone={DELIVERY_TONE[status]}>{t(`outcome.${status}`)}</StatusTag>
          ),
        },
        {
          title: t('reasons.reason'),
          key: 'reason',
          rowScope: 'row',
          render: (_, { reason, explanation }) => (
            <Flex vertical>
              <span>{reasonWords(reason, explanation)}</span>
              <Typography.Text type="secondary" className="mono-id">
                {reason}
              </Typography.Text>
            </Flex>
          ),
        },
        {
          title: t('funnel.count'),
          key: 'count',
          align: 'right',
          width: 90,
          render: (_, { status, reason, count }) => (
            <Button
              type="link"
              size="small"
              aria-label={t('reasons.show', { count, reason })}
              onClick={() =>
                void navigate({
                  to: '/tasks/$id',
                  params: { id: taskId },
                  search: { tab: 'recipients', run, outcome: [status], reason },
                })
              }
            >
              {count.toLocaleString()}
            </Button>
          ),
        },
      ]}
    />
  );
}

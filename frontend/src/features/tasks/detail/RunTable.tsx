import { useNavigate } from '@tanstack/react-router';
import { Button, Flex, Table, Tag, Tooltip, Typography } from 'antd';
import { useTranslation } from 'react-i18next';
import { useTime } from '@/shared/time/TimeContext';
import { StatusTag, type Tone } from '@/shared/ui/StatusTag';
import { ProgressCell } from '../ProgressCell';
import { familyOf } from '../taskStatus';
import { useReasonWords } from '../useReasonWords';
import type { RunRowData, TaskPageData } from './taskPageQuery';
import { useRunWords } from './useRunWords';

const RUN_TONE: Record<RunRowData['status'], Tone> = {
  WAITING: 'waiting',
  REFRESHING: 'active',
  PREPARING: 'active',
  SENDING: 'active',
  DONE: 'good',
  FAILED: 'bad',
  SKIPPED: 'neutral',
  CANCELLED: 'neutral',
};

const COUNTS = ['planned', 'sent', 'failed', 'notSent'] as const;

interface RunTableProps {
  task: TaskPageData;
  runs: RunRowData[];
}

/** Execution records (spec 1.5): when a run was due, how it went, why it went wrong. */
export function RunTable({ task, runs }: RunTableProps) {
  const { t } = useTranslation('tasks');
  const time = useTime();
  const navigate = useNavigate();
  const reasonWords = useReasonWords();
  const { when } = useRunWords();
  const family = familyOf(task.type);
  return (
    <Table<RunRowData>
      rowKey="id"
      size="small"
      pagination={false}
      dataSource={runs}
      aria-label={t('runs.title')}
      scroll={{ x: 'max-content' }}
      columns={[
        {
          title: t('runs.id'),
          key: 'id',
          rowScope: 'row',
          render: (_, { id, kind }) => (
            <Flex vertical align="flex-start">
              <Flex gap={4}>
                <span>{t(`runs.kind.${kind}`)}</span>
                {kind === 'RESEND' && <Tag style={{ margin: 0 }}>{t('runs.again')}</Tag>}
              </Flex>
              <Typography.Text
                type="secondary"
                className="mono-id"
                style={{ whiteSpace: 'nowrap' }}
              >
                {id}
              </Typography.Text>
            </Flex>
          ),
        },
        {
          title: t(family === 'TRIGGERED' ? 'runs.day' : 'runs.plannedAt'),
          key: 'plannedAt',
          render: (_, run) => <span style={{ whiteSpace: 'nowrap' }}>{when(run)}</span>,
        },
        {
          title: t('runs.status'),
          key: 'status',
          render: (_, { status, failure, failureText }) => (
            <Flex vertical gap={2} align="flex-start">
              <StatusTag tone={RUN_TONE[status]}>{t(`runs.state.${status}`)}</StatusTag>
              {failure && (
                <Typography.Text type="secondary" style={{ fontSize: 12, maxWidth: 160 }}>
                  {reasonWords(failure)}
                  {failureText && ` – ${failureText}`}
                </Typography.Text>
              )}
            </Flex>
          ),
        },
        ...(runs.some(({ refreshStartedAt }) => refreshStartedAt !== null)
          ? [
              {
                title: t('runs.refresh'),
                key: 'refresh',
                render: (_: unknown, run: RunRowData) => <RefreshCell run={run} />,
              },
            ]
          : []),
        {
          title: t('runs.times'),
          key: 'times',
          render: (_, { startedAt, endedAt }) =>
            startedAt ? (
              <Flex vertical style={{ whiteSpace: 'nowrap' }}>
                <span>{time.second(startedAt)}</span>
                <span>{time.second(endedAt)}</span>
              </Flex>
            ) : (
              '--'
            ),
        },
        {
          title: t('runs.audience'),
          key: 'audience',
          align: 'right',
          render: (_, { audienceSize }) => audienceSize.toLocaleString(),
        },
        ...COUNTS.map((key) => ({
          title:
            key === 'planned' ? (
              <Tooltip title={t('runs.plannedHint')}>{t('runs.planned')}</Tooltip>
            ) : (
              t(`runs.${key}`)
            ),
          key,
          align: 'right' as const,
          render: (_: unknown, { progress }: RunRowData) =>
            (key === 'planned'
              ? progress.total - progress.notSent
              : progress[key]
            ).toLocaleString(),
        })),
        {
          title: t('list.progress'),
          key: 'progress',
          width: 172,
          render: (_, { id, status, progress }) => (
            <ProgressCell
              name={id}
              status={status === 'FAILED' ? 'ABNORMAL' : status === 'DONE' ? 'ENDED' : 'RUNNING'}
              counts={progress}
            />
          ),
        },
        {
          title: t('list.actions'),
          key: 'open',
          fixed: 'right',
          render: (_, run) => (
            <Flex>
              {task.runs.totalCount > 1 && (
                <Button
                  type="link"
                  size="small"
                  className="row-action"
                  aria-label={t('runs.funnelOf', { at: when(run) })}
                  disabled={run.progress.total === 0}
                  onClick={() =>
                    void navigate({
                      to: '/tasks/$id',
                      params: { id: task.id },
                      search: (old) => ({ ...old, tab: 'overview', run: run.id }),
                    })
                  }
                >
                  {t('runs.funnel')}
                </Button>
              )}
              <Button
                type="link"
                size="small"
                className="row-action"
                aria-label={t('runs.recipientsOf', { at: when(run) })}
                onClick={() =>
                  void navigate({
                    to: '/tasks/$id',
                    params: { id: task.id },
                    search: { tab: 'recipients', run: run.id },
                  })
                }
              >
                {t('runs.recipients')}
              </Button>
            </Flex>
          ),
        },
      ]}
    />
  );
}

const REFRESH_TONE: Record<string, Tone> = { READY: 'good', FAILED: 'bad', HELD: 'held' };
const REFRESH_RESULTS = ['READY', 'FAILED', 'HELD'] as const;

/** When the segment was refreshed for a run, and with what result (R51, R56). */
function RefreshCell({ run }: { run: RunRowData }) {
  const { t } = useTranslation('tasks');
  const time = useTime();
  if (run.refreshStartedAt === null) return '--';
  const result = REFRESH_RESULTS.find((one) => one === run.refreshResult);
  return (
    <Flex vertical gap={2} align="flex-start">
      <span style={{ whiteSpace: 'nowrap' }}>{time.second(run.refreshStartedAt)}</span>
      {run.refreshEndedAt && (
        <span style={{ whiteSpace: 'nowrap' }}>{time.second(run.refreshEndedAt)}</span>
      )}
      {result && (
        <StatusTag tone={REFRESH_TONE[result] ?? 'neutral'}>
          {t(`runs.refreshed.${result}`)}
        </StatusTag>
      )}
    </Flex>
  );
}

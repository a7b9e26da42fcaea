import { Alert, Descriptions, Flex, Skeleton, Table, Typography } from 'antd';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { MessageCard } from '@/features/messages/MessageCard';
import { useReasonWords } from '@/features/tasks/useReasonWords';
import { useTime } from '@/shared/time/TimeContext';
import { StatusTag } from '@/shared/ui/StatusTag';
import { lengthOf, type PreflightRow, preflightRows } from './preflightFunnel';
import type { PreflightOutcome, PreflightSample, PreflightTask } from './preflightQueries';
import { useRowWords } from './useRowWords';

const PreflightChart = lazy(async () => ({
  default: (await import('./PreflightChart')).PreflightChart,
}));

interface PreflightOutcomeViewProps {
  task: PreflightTask;
  outcome: PreflightOutcome;
}

/** The funnel to expect, how long it will take, and what some people would get. */
export function PreflightOutcomeView({ task, outcome }: PreflightOutcomeViewProps) {
  const { t } = useTranslation('preflight');
  const rows = preflightRows(outcome);
  const isExtrapolated = outcome.examined < outcome.candidates;
  return (
    <Flex vertical gap="middle">
      <Facts outcome={outcome} />
      {isExtrapolated && (
        <Flex gap="small" align="center" wrap>
          <StatusTag tone="held">{t('extrapolated')}</StatusTag>
          <Typography.Text type="secondary">
            {t('extrapolatedText', {
              examined: outcome.examined.toLocaleString(),
              candidates: outcome.candidates.toLocaleString(),
            })}
          </Typography.Text>
        </Flex>
      )}
      <div className="chart-pair">
        <Suspense fallback={<Skeleton active />}>
          <PreflightChart rows={rows} />
        </Suspense>
        <FunnelTable rows={rows} candidates={outcome.candidates} about={isExtrapolated} />
      </div>
      {outcome.samples.length > 0 && <Samples task={task} samples={outcome.samples} />}
    </Flex>
  );
}

function Facts({ outcome }: { outcome: PreflightOutcome }) {
  const { t } = useTranslation('preflight');
  const time = useTime();
  const { rate, seconds, startsAt, segmentAt } = outcome;
  const long = seconds === null ? null : lengthOf(seconds);
  return (
    <Descriptions
      size="small"
      column={2}
      items={[
        {
          key: 'startsAt',
          label: t('fact.startsAt'),
          children: startsAt ? time.second(startsAt) : t('fact.startUnknown'),
        },
        {
          key: 'takes',
          label: t('fact.takes'),
          children: long
            ? t('fact.takesText', {
                long: t(`length.${long.unit}`, { large: long.large, small: long.small }),
                rate,
              })
            : t('fact.noLimit'),
        },
        ...(segmentAt
          ? [
              {
                key: 'segmentAt',
                label: t('fact.segmentAt'),
                children: t('fact.segmentAtText', { at: time.second(segmentAt) }),
                span: 2,
              },
            ]
          : []),
      ]}
    />
  );
}

interface FunnelTableProps {
  rows: readonly PreflightRow[];
  candidates: number;
  /** Whether the counts are extrapolated. */
  about: boolean;
}

function FunnelTable({ rows, candidates, about }: FunnelTableProps) {
  const { t } = useTranslation('preflight');
  const words = useRowWords();
  const say = (count: number) =>
    about ? t('about', { number: count.toLocaleString() }) : count.toLocaleString();
  return (
    <Table<PreflightRow>
      rowKey={(row) => (row.kind === 'step' ? row.step.reason : row.kind)}
      size="small"
      pagination={false}
      dataSource={rows}
      aria-label={t('funnel')}
      columns={[
        {
          title: t('column.step'),
          key: 'step',
          rowScope: 'row',
          render: (_, row) => (
            <Flex vertical>
              <span style={row.kind === 'willSend' ? { fontWeight: 600 } : undefined}>
                {words(row)}
              </span>
              {row.kind === 'step' && (
                <Typography.Text type="secondary" className="mono-id">
                  {row.step.reason}
                </Typography.Text>
              )}
            </Flex>
          ),
        },
        {
          title: t('column.count'),
          key: 'count',
          align: 'end',
          render: (_, row) =>
            row.kind === 'candidates'
              ? row.count.toLocaleString()
              : row.kind === 'step'
                ? `−${say(row.count)}`
                : say(row.count),
        },
        {
          title: t('column.share'),
          key: 'share',
          align: 'end',
          render: (_, { count }) =>
            candidates === 0 ? '--' : `${((count / candidates) * 100).toFixed(1)}%`,
        },
      ]}
    />
  );
}

function Samples({ task, samples }: { task: PreflightTask; samples: readonly PreflightSample[] }) {
  const { t } = useTranslation('preflight');
  const reasonWords = useReasonWords();
  const opens = task.openMode !== null && task.openMode !== 'NONE';
  return (
    <Flex vertical gap="small" component="section" aria-label={t('samples')}>
      <Typography.Title level={3} style={{ fontSize: 14, margin: 0 }}>
        {t('samples')}
      </Typography.Title>
      <Flex gap="middle" wrap align="flex-start">
        {samples.map(({ target, content, reason }) => (
          <div key={`${target}/${reason}`} style={{ width: 280, maxWidth: '100%' }}>
            <Typography.Paragraph type="secondary" ellipsis style={{ marginBottom: 4 }}>
              {target ? t('to', { target }) : t('noTarget')}
            </Typography.Paragraph>
            {reason ? (
              <Alert
                type="warning"
                showIcon
                title={t('notSent')}
                description={reasonWords(reason)}
              />
            ) : (
              <MessageCard
                from={task.channel?.name ?? ''}
                title={task.template?.title ?? ''}
                lines={content}
                action={opens ? t('open') : undefined}
              />
            )}
          </div>
        ))}
      </Flex>
    </Flex>
  );
}

import { Link } from '@tanstack/react-router';
import { Collapse, Flex, Skeleton, Statistic, Table, Typography } from 'antd';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useCan } from '@/features/session/session';
import { useTime } from '@/shared/time/TimeContext';
import { partsOf, totalOf } from './backtestOption';
import type { BacktestDay, BacktestOutcome, BacktestSample } from './backtestQueries';

const BacktestChart = lazy(async () => ({
  default: (await import('./BacktestChart')).BacktestChart,
}));

interface BacktestOutcomeViewProps {
  outcome: BacktestOutcome;
  /** Whether the trigger has an event B. */
  hasB: boolean;
}

/** What the trigger would have done: totals, days, and some of the people. */
export function BacktestOutcomeView({ outcome, hasB }: BacktestOutcomeViewProps) {
  const { t } = useTranslation('backtest');
  const { days } = outcome;
  return (
    <Flex vertical gap="middle">
      <Flex gap={32} wrap>
        <Statistic title={t('part.messages')} value={outcome.messages} />
        <Statistic title={t('part.people')} value={outcome.people} />
        {partsOf(hasB)
          .filter((part) => part !== 'messages')
          .map((part) => (
            <Statistic key={part} title={t(`part.${part}`)} value={totalOf(days, part)} />
          ))}
        {hasB && <Statistic title={t('part.waiting')} value={outcome.waiting} />}
        <Statistic title={t('part.events')} value={Number(outcome.events)} />
      </Flex>
      {outcome.messages === 0 && (
        <Typography.Text type="secondary" role="status">
          {t('nothing')}
        </Typography.Text>
      )}
      {totalOf(days, 'late') > 0 && (
        <Typography.Text type="secondary">{t('lateHint')}</Typography.Text>
      )}
      {days.length > 0 && (
        <Suspense fallback={<Skeleton active />}>
          <BacktestChart days={days} hasB={hasB} />
        </Suspense>
      )}
      <Collapse
        size="small"
        ghost
        items={[
          {
            key: 'table',
            label: t('table'),
            children: <DayTable days={days} hasB={hasB} />,
          },
        ]}
      />
      {outcome.sample.length > 0 && <SampleTable sample={outcome.sample} />}
    </Flex>
  );
}

function DayTable({ days, hasB }: { days: readonly BacktestDay[]; hasB: boolean }) {
  const { t } = useTranslation('backtest');
  return (
    <Table<BacktestDay>
      rowKey="day"
      size="small"
      aria-label={t('table')}
      pagination={days.length > 10 ? { pageSize: 10, showSizeChanger: false } : false}
      dataSource={[...days].reverse()}
      columns={[
        { title: t('day'), dataIndex: 'day', rowScope: 'row' },
        ...(['messages', 'people', ...partsOf(hasB).slice(1)] as const).map((part) => ({
          title: t(`part.${part}`),
          dataIndex: part,
          align: 'end' as const,
          render: (count: number) => count.toLocaleString(),
        })),
      ]}
    />
  );
}

function SampleTable({ sample }: { sample: readonly BacktestSample[] }) {
  const { t } = useTranslation('backtest');
  const time = useTime();
  const maySeePeople = useCan()('segment.view');
  return (
    <Flex vertical gap={4}>
      <Typography.Title level={3} style={{ fontSize: 14, margin: 0 }}>
        {t('sample.title', { count: sample.length })}
      </Typography.Title>
      {!maySeePeople && (
        <Typography.Text type="secondary">{t('sample.hiddenHint')}</Typography.Text>
      )}
      <Table<BacktestSample & { place: number }>
        rowKey="place"
        size="small"
        aria-label={t('sample.name')}
        pagination={sample.length > 5 ? { pageSize: 5, showSizeChanger: false } : false}
        dataSource={sample.map((one, place) => ({ ...one, place }))}
        columns={[
          {
            title: t('sample.person'),
            key: 'person',
            rowScope: 'row',
            render: (_, { person }) =>
              person ? (
                <Link to="/people/$id" params={{ id: person.id }}>
                  {person.label || person.number}
                </Link>
              ) : (
                <Typography.Text type="secondary">
                  {t(maySeePeople ? 'sample.gone' : 'sample.hidden')}
                </Typography.Text>
              ),
          },
          {
            title: t('sample.doneAt'),
            dataIndex: 'doneAt',
            render: (at: string) => time.second(at),
          },
          {
            title: t('sample.sentAt'),
            dataIndex: 'sentAt',
            render: (at: string) => time.second(at),
          },
        ]}
      />
    </Flex>
  );
}

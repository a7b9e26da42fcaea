import { Segmented, Table, Typography } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Chart, type ChartOption } from '@/shared/ui/Chart';
import { type DayCount, totalOf } from './dayCounts';

function dayOption(counts: readonly DayCount[]): ChartOption {
  return {
    grid: { left: 8, right: 8, top: 16, bottom: 8, containLabel: true },
    tooltip: { trigger: 'axis' },
    xAxis: {
      type: 'category',
      data: counts.map(({ day }) => day),
      axisLabel: { formatter: (day: string) => day.slice(5), color: 'rgba(0,0,0,.75)' },
      axisTick: { alignWithLabel: true },
    },
    yAxis: { type: 'value', minInterval: 1, axisLabel: { color: 'rgba(0,0,0,.75)' } },
    series: [
      {
        type: 'bar',
        barMaxWidth: 22,
        itemStyle: { color: '#165dff' },
        data: counts.map(({ count }) => count),
      },
    ],
  };
}

/** Thirty days as bars, or as the same numbers in a table. */
export function DayChart({ name, counts }: { name: string; counts: readonly DayCount[] }) {
  const { t } = useTranslation('data');
  const [view, setView] = useState<'chart' | 'table'>('chart');
  const option = useMemo(() => dayOption(counts), [counts]);
  return (
    <>
      <div style={{ display: 'flex', justifyContent: 'space-between', alignItems: 'center' }}>
        <Typography.Text type="secondary">
          {t('events.totalOf', { count: totalOf(counts) })}
        </Typography.Text>
        <Segmented
          name="day-view"
          aria-label={t('events.view')}
          size="small"
          value={view}
          onChange={(next) => setView(next)}
          options={[
            { value: 'chart' as const, label: t('events.chart') },
            { value: 'table' as const, label: t('events.table') },
          ]}
        />
      </div>
      {view === 'chart' ? (
        <Chart option={option} label={t('events.chartOf', { name })} height={220} />
      ) : (
        <Table<DayCount>
          rowKey="day"
          size="small"
          dataSource={[...counts].reverse()}
          pagination={false}
          scroll={{ y: 220 }}
          columns={[
            { title: t('events.day'), dataIndex: 'day', rowScope: 'row' },
            {
              title: t('events.count'),
              dataIndex: 'count',
              align: 'end',
              render: (count: number) => count.toLocaleString(),
            },
          ]}
        />
      )}
    </>
  );
}

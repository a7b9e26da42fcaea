import { Collapse, Flex, Table } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useTime } from '@/shared/time/TimeContext';
import { Chart } from '@/shared/ui/Chart';
import { type TrendPoint, trendOption } from './trend';

/** How the size went over time, with the numbers in a table below. */
export function TrendChart({ points }: { points: readonly TrendPoint[] }) {
  const { t } = useTranslation('segments');
  const time = useTime();
  const option = useMemo(() => trendOption(points, t('page.size'), time.minute), [points, t, time]);
  const label = t('page.chart', {
    from: time.minute(points[0]?.at),
    to: time.minute(points.at(-1)?.at),
  });
  return (
    <Flex vertical gap="small">
      <Chart option={option} label={label} height={220} />
      <Collapse
        size="small"
        ghost
        items={[
          {
            key: 'table',
            label: t('page.trendTable'),
            children: (
              <Table<TrendPoint>
                rowKey="at"
                size="small"
                pagination={points.length > 10 ? { pageSize: 10, showSizeChanger: false } : false}
                dataSource={[...points].reverse()}
                aria-label={t('page.trend')}
                columns={[
                  {
                    title: t('page.at'),
                    dataIndex: 'at',
                    rowScope: 'row',
                    render: (at: string) => time.second(at),
                  },
                  {
                    title: t('page.size'),
                    dataIndex: 'size',
                    align: 'end',
                    render: (size: number) => size.toLocaleString(),
                  },
                ]}
              />
            ),
          },
        ]}
      />
    </Flex>
  );
}

import { Link } from '@tanstack/react-router';
import { Flex, Table, Typography } from 'antd';
import { useTranslation } from 'react-i18next';
import { useTime } from '@/shared/time/TimeContext';
import { QueryState } from '@/shared/ui/QueryState';
import type { PersonData } from './personQuery';

type Segment = PersonData['segments'][number];

/** The segments whose newest version holds the person. */
export function PersonSegments({ segments }: { segments: readonly Segment[] }) {
  const { t } = useTranslation('people');
  const time = useTime();
  return (
    <Flex vertical gap="small">
      <Typography.Text type="secondary">{t('segments.hint')}</Typography.Text>
      <QueryState
        fetching={false}
        error={undefined}
        isEmpty={segments.length === 0}
        empty={t('segments.none')}
        onRetry={() => {}}
      >
        <Table<Segment>
          rowKey="id"
          size="small"
          dataSource={segments}
          pagination={false}
          columns={[
            {
              title: t('segments.name'),
              key: 'name',
              rowScope: 'row',
              render: (_value, { id, name }) => (
                <Link to="/segments/$id" params={{ id }}>
                  {name}
                </Link>
              ),
            },
            {
              title: t('segments.size'),
              dataIndex: 'size',
              align: 'end',
              width: 120,
              render: (size: number) => size.toLocaleString(),
            },
            {
              title: t('segments.computedAt'),
              dataIndex: 'computedAt',
              width: 170,
              render: (at: string | null) => time.minute(at),
            },
          ]}
        />
      </QueryState>
    </Flex>
  );
}

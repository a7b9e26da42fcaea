import { getRouteApi } from '@tanstack/react-router';
import { Button, Flex, Form, Input, Table } from 'antd';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { useTime } from '@/shared/time/TimeContext';
import { NextPager } from '@/shared/ui/NextPager';
import { QueryState } from '@/shared/ui/QueryState';
import styles from '../data.module.css';
import { RefusalWords } from './RefusalWords';
import { type RefusedEvent, RefusedQuery } from './streamQueries';
import type { StreamSearch } from './streamSearch';

const route = getRouteApi('/console/data/stream');

/** Every event that was refused and is still kept, with what was sent. */
export function RefusedList() {
  const { t } = useTranslation('data');
  const time = useTime();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [{ data, fetching, error }, refetch] = useQuery({
    query: RefusedQuery,
    variables: { rule: search.rule?.trim() || null, after: search.after ?? null },
  });
  const events = data?.refusedEvents.edges.map(({ node }) => node) ?? [];
  const show = (next: Pick<StreamSearch, 'rule' | 'after'>) =>
    void navigate({ search: { tab: 'refused', ...next } });

  return (
    <Flex vertical gap="middle">
      <search aria-label={t('filter.name')}>
        <Form
          key={search.rule}
          name="refused-filter"
          layout="inline"
          initialValues={{ rule: search.rule }}
          onFinish={({ rule }: StreamSearch) => show({ rule: rule?.trim().toUpperCase() })}
        >
          <Form.Item name="rule" label={t('stream.rule')}>
            <Input allowClear maxLength={40} style={{ width: 220 }} placeholder="REQUIRED" />
          </Form.Item>
          <Button htmlType="submit">{t('filter.search')}</Button>
        </Form>
      </search>
      <QueryState
        fetching={fetching}
        error={error}
        isEmpty={events.length === 0}
        empty={t(search.rule ? 'noneFound' : 'stream.noneRefused')}
        onRetry={() => refetch({ requestPolicy: 'network-only' })}
      >
        <Table<RefusedEvent>
          rowKey="id"
          size="small"
          dataSource={events}
          pagination={false}
          scroll={{ x: 760 }}
          expandable={{
            columnTitle: <span className="visually-hidden">{t('stream.open')}</span>,
            expandedRowRender: ({ body }) => <pre className={styles.code}>{body}</pre>,
          }}
          columns={[
            {
              title: t('stream.receivedAt'),
              dataIndex: 'receivedAt',
              width: 165,
              render: (at: string) => time.second(at),
            },
            { title: t('stream.source'), dataIndex: 'source', width: 180 },
            {
              title: t('stream.why'),
              key: 'why',
              rowScope: 'row',
              render: (_value, { field, rule, message }) => (
                <RefusalWords field={field} rule={rule} message={message} />
              ),
            },
            { title: t('stream.message'), dataIndex: 'message' },
          ]}
        />
        <NextPager
          pageInfo={data?.refusedEvents.pageInfo}
          after={search.after}
          onPage={(after) => show({ rule: search.rule, after })}
        />
      </QueryState>
    </Flex>
  );
}

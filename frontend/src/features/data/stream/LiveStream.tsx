import { PauseOutlined, PlayCircleOutlined } from '@ant-design/icons';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Button, Flex, Form, Input, Segmented, Table, Typography } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { useTime } from '@/shared/time/TimeContext';
import { QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import styles from '../data.module.css';
import { RefusalWords } from './RefusalWords';
import { type StreamEvent, StreamQuery } from './streamQueries';
import { type StreamSearch, toStreamVariables } from './streamSearch';
import { usePulse } from './usePulse';

const route = getRouteApi('/console/data/stream');
const EVERY_MS = 2000;

/** The newest events, read again every two seconds until somebody pauses. */
export function LiveStream() {
  const { t } = useTranslation('data');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [isPaused, setIsPaused] = useState(false);
  const [{ data, fetching, error }, refetch] = useQuery({
    query: StreamQuery,
    variables: toStreamVariables(search),
  });
  usePulse(EVERY_MS, !isPaused, () => refetch({ requestPolicy: 'network-only' }));
  const events = data?.recentEvents ?? [];
  const filter = (next: Pick<StreamSearch, 'event' | 'outcome'>) =>
    void navigate({ search: (old) => ({ ...old, ...next }), replace: true });

  return (
    <Flex vertical gap="middle">
      <Flex justify="space-between" gap="middle" wrap>
        <search aria-label={t('filter.name')}>
          <Form
            key={search.event}
            name="stream-filter"
            layout="inline"
            initialValues={{ event: search.event }}
            onFinish={({ event }: StreamSearch) => filter({ event: event?.trim() })}
          >
            <Form.Item name="event" label={t('stream.event')}>
              <Input
                allowClear
                maxLength={128}
                style={{ width: 200 }}
                placeholder={t('stream.eventHint')}
              />
            </Form.Item>
            <Button htmlType="submit">{t('filter.search')}</Button>
          </Form>
        </search>
        <Flex gap="middle" align="center" wrap>
          <Segmented<'all' | 'taken' | 'refused'>
            name="stream-outcome"
            aria-label={t('stream.outcome')}
            value={search.outcome ?? 'all'}
            onChange={(value) => filter({ outcome: value === 'all' ? undefined : value })}
            options={(['all', 'taken', 'refused'] as const).map((value) => ({
              value,
              label: t(`stream.only.${value}`),
            }))}
          />
          <Button
            icon={isPaused ? <PlayCircleOutlined aria-hidden /> : <PauseOutlined aria-hidden />}
            aria-pressed={isPaused}
            onClick={() => setIsPaused(!isPaused)}
          >
            {t(isPaused ? 'stream.resume' : 'stream.pause')}
          </Button>
        </Flex>
      </Flex>
      <Typography.Text type="secondary" role="status">
        {!isPaused && <span className={styles.live} aria-hidden />}
        {t(isPaused ? 'stream.isPaused' : 'stream.isLive')}
      </Typography.Text>
      <QueryState
        fetching={fetching}
        error={error}
        isEmpty={events.length === 0}
        empty={t(search.event || search.outcome ? 'stream.noneFound' : 'stream.none')}
        onRetry={() => refetch({ requestPolicy: 'network-only' })}
      >
        <StreamTable events={events} />
      </QueryState>
    </Flex>
  );
}

/** Equal events may come twice, so the key counts how often an event stood above. */
function withKeys(events: readonly StreamEvent[]): (StreamEvent & { key: string })[] {
  const seen = new Map<string, number>();
  return [...events]
    .reverse()
    .map((event) => {
      const base = `${event.receivedAt} ${event.event} ${event.identity} ${event.rule}`;
      const nth = seen.get(base) ?? 0;
      seen.set(base, nth + 1);
      return { ...event, key: `${base} ${nth}` };
    })
    .reverse();
}

function StreamTable({ events }: { events: readonly StreamEvent[] }) {
  const { t } = useTranslation('data');
  const time = useTime();
  return (
    <Table<StreamEvent & { key: string }>
      rowKey="key"
      size="small"
      dataSource={withKeys(events)}
      pagination={false}
      scroll={{ x: 900 }}
      expandable={{
        columnTitle: <span className="visually-hidden">{t('stream.open')}</span>,
        rowExpandable: ({ refused }) => !refused,
        expandedRowRender: ({ properties }) => (
          <pre className={styles.code}>{JSON.stringify(properties, null, 2)}</pre>
        ),
      }}
      columns={[
        {
          title: t('stream.receivedAt'),
          dataIndex: 'receivedAt',
          width: 165,
          render: (at: string) => time.second(at),
        },
        {
          title: t('stream.event'),
          key: 'event',
          width: 190,
          rowScope: 'row',
          render: (_value, { event, refused }) => (
            <Flex gap="small" align="center">
              <span>{event || t('stream.noEvent')}</span>
              {refused && <StatusTag tone="bad">{t('stream.refused')}</StatusTag>}
            </Flex>
          ),
        },
        {
          title: t('stream.who'),
          key: 'who',
          width: 230,
          render: (_value, { personId, identity }) =>
            personId ? (
              <Link to="/people/$id" params={{ id: personId }} className="mono-id">
                {identity || personId}
              </Link>
            ) : (
              <Typography.Text className="mono-id">{identity || '--'}</Typography.Text>
            ),
        },
        {
          title: t('stream.content'),
          key: 'content',
          render: (_value, { refused, field, rule, message, properties }) =>
            refused ? (
              <RefusalWords field={field} rule={rule} message={message} />
            ) : (
              <Typography.Text className="mono-id" ellipsis style={{ maxWidth: 420 }}>
                {JSON.stringify(properties)}
              </Typography.Text>
            ),
        },
      ]}
    />
  );
}

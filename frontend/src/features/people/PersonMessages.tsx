import { Link } from '@tanstack/react-router';
import { Button, Flex, Form, Select, Table, Typography } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { DELIVERY_STATUSES, type DeliveryStatus } from '@/features/tasks/taskDetailSearch';
import { DELIVERY_TONE } from '@/features/tasks/taskStatus';
import { useReasonWords } from '@/features/tasks/useReasonWords';
import type { ResultOf } from '@/shared/graphql/graphql';
import { useTime } from '@/shared/time/TimeContext';
import { QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import styles from './people.module.css';
import { PersonDeliveriesQuery } from './personQuery';

type Node = NonNullable<ResultOf<typeof PersonDeliveriesQuery>['node']>;
type Delivery = Extract<Node, { __typename: 'Person' }>['deliveries']['edges'][number]['node'];

interface PersonMessagesProps {
  personId: string;
  outcome: DeliveryStatus[] | undefined;
  onFilter: (outcome: DeliveryStatus[] | undefined) => void;
}

/** Messages a person got and did not get, each with its reason ("why did she not get it?"). */
export function PersonMessages({ personId, outcome, onFilter }: PersonMessagesProps) {
  const { t } = useTranslation('people');
  const { t: tt } = useTranslation('tasks');
  return (
    <Flex vertical gap="small">
      <Form name="person-messages" layout="inline" component="div">
        <Form.Item label={t('messages.filter')} htmlFor="person-messages-outcome">
          <Select
            id="person-messages-outcome"
            mode="multiple"
            allowClear
            maxTagCount="responsive"
            style={{ width: 260 }}
            placeholder={t('messages.any')}
            value={outcome ?? []}
            options={DELIVERY_STATUSES.map((value) => ({ value, label: tt(`outcome.${value}`) }))}
            onChange={(next: DeliveryStatus[]) => onFilter(next.length > 0 ? next : undefined)}
          />
        </Form.Item>
      </Form>
      <MessagePages key={outcome?.join()} personId={personId} outcome={outcome} />
    </Flex>
  );
}

function MessagePages({ personId, outcome }: Omit<PersonMessagesProps, 'onFilter'>) {
  const [cursors, setCursors] = useState<(string | null)[]>([null]);
  return cursors.map((after, index) => (
    <OneMessagePage
      key={after}
      personId={personId}
      outcome={outcome}
      after={after}
      onMore={
        index === cursors.length - 1
          ? (next) => setCursors((old) => (old.includes(next) ? old : [...old, next]))
          : undefined
      }
    />
  ));
}

interface OneMessagePageProps extends Omit<PersonMessagesProps, 'onFilter'> {
  after: string | null;
  onMore: ((after: string) => void) | undefined;
}

function OneMessagePage({ personId, outcome, after, onMore }: OneMessagePageProps) {
  const { t } = useTranslation('people');
  const { t: tc } = useTranslation();
  const [{ data, fetching, error }, refetch] = useQuery({
    query: PersonDeliveriesQuery,
    variables: { id: personId, statusIn: outcome ?? null, after },
  });
  const columns = useMessageColumns();
  const page = data?.node?.__typename === 'Person' ? data.node.deliveries : undefined;
  const rows = page?.edges.map(({ node }) => node) ?? [];
  const { hasNextPage, endCursor } = page?.pageInfo ?? {};
  return (
    <QueryState
      fetching={fetching}
      error={error}
      isEmpty={rows.length === 0}
      empty={t(outcome ? 'messages.noneOf' : 'messages.none')}
      onRetry={() => refetch({ requestPolicy: 'network-only' })}
    >
      <Table<Delivery>
        rowKey="id"
        size="small"
        columns={columns}
        dataSource={rows}
        pagination={false}
        showHeader={after === null}
        scroll={{ x: 640 }}
      />
      {onMore && hasNextPage && endCursor && (
        <Button style={{ marginBlockStart: 12 }} onClick={() => onMore(endCursor)}>
          {tc('pager.more')}
        </Button>
      )}
    </QueryState>
  );
}

function useMessageColumns() {
  const { t } = useTranslation('people');
  const { t: tt } = useTranslation('tasks');
  const time = useTime();
  const reasonWords = useReasonWords();
  return [
    {
      title: t('messages.task'),
      key: 'task',
      rowScope: 'row' as const,
      render: (_: unknown, { task, target, content }: Delivery) => (
        <Flex vertical gap={2}>
          <Link
            to="/tasks/$id"
            params={{ id: task.id }}
            search={target ? { tab: 'recipients', target } : { tab: 'recipients' }}
          >
            {task.name}
          </Link>
          {content.length > 0 && (
            <Typography.Text
              type="secondary"
              style={{ fontSize: 12 }}
              className={styles.content ?? ''}
            >
              {content.map(({ label, value }) => `${label}：${value}`).join('；')}
            </Typography.Text>
          )}
        </Flex>
      ),
    },
    {
      title: t('messages.outcome'),
      key: 'status',
      width: 96,
      render: (_: unknown, { status }: Delivery) => (
        <StatusTag tone={DELIVERY_TONE[status]}>{tt(`outcome.${status}`)}</StatusTag>
      ),
    },
    {
      title: t('messages.reason'),
      key: 'reason',
      width: 170,
      render: (_: unknown, { reason, explanation, text }: Delivery) =>
        reason ? (
          <Flex vertical>
            <span>{reasonWords(reason, explanation)}</span>
            <Typography.Text type="secondary" className="mono-id" title={text}>
              {reason}
            </Typography.Text>
          </Flex>
        ) : (
          '--'
        ),
    },
    {
      title: t('messages.at'),
      key: 'at',
      width: 136,
      render: (_: unknown, { settledAt, claimedAt }: Delivery) =>
        time.minute(settledAt ?? claimedAt),
    },
  ];
}

import { DownloadOutlined, RedoOutlined } from '@ant-design/icons';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Button, Card, Flex, Form, Input, Select, Table, Typography } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { useCan, useSession } from '@/features/session/session';
import { nodesOf } from '@/shared/graphql/nodesOf';
import { useTime } from '@/shared/time/TimeContext';
import { CursorPager } from '@/shared/ui/CursorPager';
import { QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { DELIVERY_STATUSES } from '../taskDetailSearch';
import { DELIVERY_TONE, isRunOpen, settled } from '../taskStatus';
import { useReasonWords } from '../useReasonWords';
import { DeliveryDrawer } from './DeliveryDrawer';
import {
  DeliveriesQuery,
  type DeliveryData,
  type DeliveryFilter,
  exportAddress,
  toDeliveryVariables,
} from './deliveriesQuery';
import { ResendDialog } from './ResendDialog';
import { RunPicker } from './RunPicker';
import { sortedReasons } from './reasons';
import type { RunRowData, TaskPageData } from './taskPageQuery';
import { useChosenRun } from './useChosenRun';

const route = getRouteApi('/console/tasks/$id');
const EVERY = 3000;

/** Per-user sending details (spec 1.6): who got what, and why somebody did not. */
export function RecipientsTab({ task }: { task: TaskPageData }) {
  const { t, i18n } = useTranslation('tasks');
  const { me } = useSession();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const can = useCan();
  const [resending, setResending] = useState(false);
  const [{ data, fetching, error }, refetch] = useQuery({
    query: DeliveriesQuery,
    variables: toDeliveryVariables(task.id, search),
  });
  const isRunning =
    task.status === 'RUNNING' || nodesOf(task.runs).some(({ status }) => isRunOpen(status));

  useEffect(
    function readAgainWhileRunning() {
      if (!isRunning) return;
      const timer = window.setInterval(() => {
        if (!document.hidden) refetch({ requestPolicy: 'network-only' });
      }, EVERY);
      return () => window.clearInterval(timer);
    },
    [isRunning, refetch],
  );

  const chosen = useChosenRun(task, search.run);
  const shown = chosen?.progress ?? task.progress;
  const version = `${shown.total}/${shown.waiting}/${shown.sending}/${settled(shown)}`;
  const [readAt, setReadAt] = useState(version);
  useEffect(
    function readAgainWhenCountsChange() {
      if (version === readAt) return;
      setReadAt(version);
      refetch({ requestPolicy: 'network-only' });
    },
    [version, readAt, refetch],
  );

  const page = data?.node?.__typename === 'Task' ? data.node.deliveries : undefined;
  const rows = page?.edges.map(({ node }) => node) ?? [];
  const filter: DeliveryFilter = {
    run: search.run,
    outcome: search.outcome,
    reason: search.reason,
    target: search.target,
  };
  const open = (delivery: string | undefined) =>
    void navigate({ search: (old) => ({ ...old, delivery }) });
  const columns = useDeliveryColumns(open);
  const opened = rows.find(({ id }) => id === search.delivery);

  return (
    <Card
      size="small"
      title={<h2 className="card-title">{t('recipients.title')}</h2>}
      extra={
        <Flex gap="small">
          {task.operations.includes('RESEND') && (
            <Button icon={<RedoOutlined aria-hidden />} onClick={() => setResending(true)}>
              {t('resend.open')}
            </Button>
          )}
          {can('analysis.send_detail.advanced') && (
            <Button
              icon={<DownloadOutlined aria-hidden />}
              href={exportAddress(task.id, filter, {
                project: me.project.id,
                locale: i18n.language,
              })}
              download
            >
              {t('recipients.export')}
            </Button>
          )}
        </Flex>
      }
    >
      <Flex vertical gap="middle">
        <RecipientFilters
          task={task}
          chosen={chosen}
          filter={filter}
          onFilter={(next) => void navigate({ search: { tab: 'recipients', ...next } })}
        />
        <QueryState
          fetching={fetching}
          error={error}
          isEmpty={rows.length === 0}
          empty={t('recipients.none')}
          onRetry={() => refetch({ requestPolicy: 'network-only' })}
        >
          <Table<DeliveryData>
            rowKey="id"
            size="small"
            columns={columns}
            dataSource={rows}
            pagination={false}
            scroll={{ x: 980 }}
          />
          <CursorPager
            pageInfo={page?.pageInfo}
            total={t('recipients.total', { count: page?.totalCount ?? 0 })}
            onPage={(cursor) =>
              void navigate({ search: { tab: 'recipients', ...filter, ...cursor } })
            }
          />
        </QueryState>
      </Flex>
      <DeliveryDrawer task={task} delivery={opened} onClose={() => open(undefined)} />
      {resending && (
        <ResendDialog task={task} chosen={chosen} onClose={() => setResending(false)} />
      )}
    </Card>
  );
}

interface RecipientFiltersProps {
  task: TaskPageData;
  chosen: RunRowData | undefined;
  filter: DeliveryFilter;
  onFilter: (filter: DeliveryFilter) => void;
}

function RecipientFilters({ task, chosen, filter, onFilter }: RecipientFiltersProps) {
  const { t } = useTranslation('tasks');
  const reasonWords = useReasonWords();
  const [form] = Form.useForm<DeliveryFilter>();
  const { run, reason, target } = filter;
  const outcome = filter.outcome?.join();

  useEffect(
    function followAddress() {
      form.setFieldsValue({
        run,
        outcome: outcome?.split(',') as DeliveryFilter['outcome'],
        reason,
        target,
      });
    },
    [form, run, outcome, reason, target],
  );

  const counts = chosen?.progress ?? task.progress;
  return (
    <Form<DeliveryFilter>
      form={form}
      name="recipient-filter"
      role="search"
      aria-label={t('recipients.filters')}
      className="filter-grid"
      onFinish={onFilter}
      onValuesChange={(changed, values) => {
        if (!('target' in changed) || !changed.target) onFilter(values);
      }}
    >
      <Form.Item name="run" label={t('recipients.run')}>
        <RunPicker task={task} chosen={chosen} />
      </Form.Item>
      <Form.Item name="outcome" label={t('recipients.outcome')}>
        <Select
          allowClear
          mode="multiple"
          maxTagCount="responsive"
          placeholder={t('list.any')}
          options={DELIVERY_STATUSES.map((value) => ({ value, label: t(`outcome.${value}`) }))}
        />
      </Form.Item>
      <Form.Item name="reason" label={t('recipients.reason')}>
        <Select
          allowClear
          placeholder={t('list.any')}
          popupMatchSelectWidth={false}
          options={sortedReasons(counts.reasons).map((one) => ({
            value: one.reason,
            label: `${reasonWords(one.reason, one.explanation)} (${one.count})`,
          }))}
        />
      </Form.Item>
      <Form.Item name="target" label={t('recipients.target')}>
        <Input allowClear maxLength={128} placeholder={t('recipients.targetHint')} />
      </Form.Item>
      <div className="filter-buttons">
        <Button htmlType="submit" type="primary">
          {t('list.search')}
        </Button>
        <Button onClick={() => onFilter({})}>{t('list.reset')}</Button>
      </div>
    </Form>
  );
}

function useDeliveryColumns(open: (id: string) => void) {
  const { t } = useTranslation('tasks');
  const time = useTime();
  const reasonWords = useReasonWords();
  return [
    {
      title: t('recipients.target'),
      key: 'target',
      rowScope: 'row' as const,
      render: (_: unknown, { target }: DeliveryData) =>
        target ? (
          <Typography.Text className="mono-id">{target}</Typography.Text>
        ) : (
          <Typography.Text type="secondary">{t('recipients.noTarget')}</Typography.Text>
        ),
    },
    {
      title: t('recipients.person'),
      key: 'person',
      width: 100,
      render: (_: unknown, { person, profile }: DeliveryData) =>
        profile ? (
          <Link to="/people/$id" params={{ id: profile.id }}>
            {person}
          </Link>
        ) : (
          person
        ),
    },
    {
      title: t('recipients.outcome'),
      key: 'status',
      width: 100,
      render: (_: unknown, { status }: DeliveryData) => (
        <StatusTag tone={DELIVERY_TONE[status]}>{t(`outcome.${status}`)}</StatusTag>
      ),
    },
    {
      title: t('recipients.reason'),
      key: 'reason',
      render: (_: unknown, { reason, explanation }: DeliveryData) =>
        reason ? (
          <Flex vertical>
            <span>{reasonWords(reason, explanation)}</span>
            <Typography.Text type="secondary" className="mono-id">
              {reason}
            </Typography.Text>
          </Flex>
        ) : (
          '--'
        ),
    },
    {
      title: t('recipients.claimedAt'),
      key: 'claimedAt',
      width: 168,
      render: (_: unknown, { claimedAt }: DeliveryData) => time.second(claimedAt),
    },
    { title: t('recipients.tries'), dataIndex: 'tries', width: 80, align: 'right' as const },
    {
      title: t('list.actions'),
      key: 'open',
      width: 88,
      render: (_: unknown, { id, target }: DeliveryData) => (
        <Button
          type="link"
          size="small"
          className="row-action"
          aria-label={t('recipients.openOf', { target })}
          onClick={() => open(id)}
        >
          {t('recipients.open')}
        </Button>
      ),
    },
  ];
}

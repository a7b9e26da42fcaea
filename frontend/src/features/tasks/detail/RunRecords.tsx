import { getRouteApi } from '@tanstack/react-router';
import { Card, Flex, Select, Typography } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { nodesOf } from '@/shared/graphql/nodesOf';
import { useTime } from '@/shared/time/TimeContext';
import { CursorPager } from '@/shared/ui/CursorPager';
import { QueryState } from '@/shared/ui/QueryState';
import { RUN_STATUSES, type TaskDetailSearch } from '../taskDetailSearch';
import { familyOf, isRunOpen, settled } from '../taskStatus';
import { RunTable } from './RunTable';
import { RunRecordsQuery, toRunVariables } from './runQueries';
import type { TaskPageData } from './taskPageQuery';

const route = getRouteApi('/console/tasks/$id');

/** Execution records (执行记录, spec 1.5), newest first, page by page. */
export function RunRecords({ task }: { task: TaskPageData }) {
  const { t } = useTranslation('tasks');
  const time = useTime();
  const { state, run, after, before } = route.useSearch();
  const navigate = route.useNavigate();
  const [{ data, fetching, error }, refetch] = useQuery({
    query: RunRecordsQuery,
    variables: toRunVariables(task.id, { state, after, before }),
  });
  const page = data?.node?.__typename === 'Task' ? data.node.runs : undefined;
  const runs = nodesOf(page);
  const version = versionOf(task);
  const [readAt, setReadAt] = useState(version);
  useEffect(
    function readAgainWhenRunsChange() {
      if (version === readAt) return;
      setReadAt(version);
      refetch({ requestPolicy: 'network-only' });
    },
    [version, readAt, refetch],
  );
  const show = (next: Pick<TaskDetailSearch, 'state' | 'after' | 'before'>) =>
    void navigate({ search: { tab: 'overview', run, ...next } });
  return (
    <Card
      size="small"
      title={<h2 className="card-title">{t('runs.title')}</h2>}
      extra={
        <Flex gap="middle" align="center">
          {task.approvedAt && (
            <Typography.Text type="secondary">
              {t('runs.approvedAt', { at: time.second(task.approvedAt) })}
            </Typography.Text>
          )}
          {familyOf(task.type) !== 'ONCE' && (
            <Select<NonNullable<TaskDetailSearch['state']>>
              mode="multiple"
              allowClear
              size="small"
              maxTagCount="responsive"
              aria-label={t('runs.stateFilter')}
              placeholder={t('runs.stateFilter')}
              style={{ width: 220 }}
              value={state ?? []}
              onChange={(chosen) => show({ state: chosen.length > 0 ? chosen : undefined })}
              options={RUN_STATUSES.map((value) => ({ value, label: t(`runs.state.${value}`) }))}
            />
          )}
        </Flex>
      }
    >
      <QueryState
        fetching={fetching}
        error={error}
        isEmpty={runs.length === 0}
        empty={t(state ? 'runs.noneFiltered' : 'runs.none')}
        onRetry={() => refetch({ requestPolicy: 'network-only' })}
      >
        <Flex vertical gap="middle">
          <RunTable task={task} runs={runs} />
          <CursorPager
            pageInfo={page?.pageInfo}
            total={t('runs.total', { count: page?.totalCount ?? 0 })}
            onPage={(cursor) => show({ state, ...cursor })}
          />
        </Flex>
      </QueryState>
    </Card>
  );
}

/** Changes with everything the records show of the runs that can still move. */
function versionOf(task: TaskPageData): string {
  const open = nodesOf(task.runs).filter(({ status }) => isRunOpen(status));
  const runs = open.map(({ id, status, progress }) => `${id} ${status} ${settled(progress)}`);
  return [task.status, task.runs.totalCount, settled(task.progress), ...runs].join();
}

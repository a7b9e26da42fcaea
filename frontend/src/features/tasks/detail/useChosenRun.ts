import { useEffect } from 'react';
import { useQuery } from 'urql';
import { nodesOf } from '@/shared/graphql/nodesOf';
import { settled } from '../taskStatus';
import { ChosenRunQuery } from './runQueries';
import type { RunRowData, TaskPageData } from './taskPageQuery';

/** The run that the address names; one that is not among the newest is read by itself. */
export function useChosenRun(
  task: TaskPageData,
  runId: string | undefined,
): RunRowData | undefined {
  const near = nodesOf(task.runs).find(({ id }) => id === runId);
  const [{ data }, refetch] = useQuery({
    query: ChosenRunQuery,
    variables: { id: runId ?? '' },
    pause: !runId || near !== undefined,
  });
  const far =
    data?.node?.__typename === 'Run' && data.node.id === runId && data.node.taskID === task.id
      ? data.node
      : undefined;
  const version = `${task.progress.total}/${settled(task.progress)}`;
  const isFar = far !== undefined;
  useEffect(
    function readAgainWhenCountsChange() {
      if (isFar && version) refetch({ requestPolicy: 'network-only' });
    },
    [isFar, version, refetch],
  );
  return near ?? far;
}

import { Alert, Button, Card, Flex, Typography } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { PointTimeline } from '@/features/schedule/PointTimeline';
import { graphql } from '@/shared/graphql/graphql';
import { useTime } from '@/shared/time/TimeContext';
import { QueryState } from '@/shared/ui/QueryState';
import type { TaskPageData } from './taskPageQuery';

const ComingPointsQuery = graphql(`
  query ComingPoints($id: ID!, $first: Int!) {
    node(id: $id) {
      __typename
      id
      ... on Task { startsAt endsAt comingPoints(first: $first) }
    }
  }
`);

const FEW = 5;
const MORE = 20;

/** What comes next of a repeating task: the points of its cycle, the nearest first. */
export function ComingPoints({ task }: { task: TaskPageData }) {
  const { t } = useTranslation('tasks');
  const time = useTime();
  const [first, setFirst] = useState(FEW);
  const [{ data, fetching, error }, refetch] = useQuery({
    query: ComingPointsQuery,
    variables: { id: task.id, first },
  });
  const found = data?.node?.__typename === 'Task' ? data.node : undefined;
  const points = found?.comingPoints ?? [];
  const version = `${task.status}/${task.runs.totalCount}`;
  const [readAt, setReadAt] = useState(version);
  useEffect(
    function readAgainWhenARunIsMade() {
      if (version === readAt) return;
      setReadAt(version);
      refetch({ requestPolicy: 'network-only' });
    },
    [version, readAt, refetch],
  );
  const hint =
    task.status === 'PAUSED'
      ? t('coming.paused')
      : task.status === 'ABNORMAL'
        ? t('coming.abnormal')
        : task.status === 'IN_APPROVAL'
          ? t('coming.waits')
          : '';
  const isOver = task.status === 'ENDED' || task.status === 'CANCELLED';
  return (
    <Card
      size="small"
      title={<h2 className="card-title">{t('coming.title')}</h2>}
      extra={
        found?.startsAt && (
          <Typography.Text type="secondary">
            {t('coming.window', {
              from: time.minute(found.startsAt),
              to: time.minute(found.endsAt),
            })}
          </Typography.Text>
        )
      }
    >
      <QueryState
        fetching={fetching}
        error={error}
        isEmpty={!found}
        onRetry={() => refetch({ requestPolicy: 'network-only' })}
      >
        <Flex vertical gap="small" align="flex-start">
          {hint && <Alert type="warning" showIcon title={hint} style={{ width: '100%' }} />}
          {points.length === 0 ? (
            <Typography.Text type="secondary" role="status">
              {t(isOver ? 'coming.ended' : 'coming.none')}
            </Typography.Text>
          ) : (
            <>
              <span>
                {t('coming.next', {
                  at: time.minute(points[0]),
                  distance: time.distance(points[0]),
                })}
              </span>
              <PointTimeline points={points} />
            </>
          )}
          {first === FEW && points.length === FEW && (
            <Button type="link" size="small" onClick={() => setFirst(MORE)}>
              {t('coming.more', { count: MORE - FEW })}
            </Button>
          )}
        </Flex>
      </QueryState>
    </Card>
  );
}

import { Alert, Button, Card, Flex, Progress, Typography } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { usePolling } from '@/features/segments/usePolling';
import { useReasonWords } from '@/features/tasks/useReasonWords';
import type { Fault } from '@/shared/graphql/errors';
import { useAct } from '@/shared/graphql/useAct';
import { useFaultWords } from '@/shared/graphql/useFaultWords';
import { useTime } from '@/shared/time/TimeContext';
import { QueryState } from '@/shared/ui/QueryState';
import { PreflightOutcomeView } from './PreflightOutcomeView';
import {
  type PreflightData,
  type PreflightTask,
  RunPreflight,
  TaskPreflightQuery,
} from './preflightQueries';

export interface PreflightPanelProps {
  taskId: string;
  /** Shows the newest rehearsal and starts none. */
  readOnly?: boolean;
  /** Nothing at all where there is none, instead of saying so. */
  onlyIfAny?: boolean;
  /** Of the draft as it is saved: whether the result is stale is asked anew with each. */
  version?: number;
  /** Done before a rehearsal starts, such as saving the draft it is about; false stops it. */
  beforeRun?: () => Promise<boolean>;
}

/** A rehearsal of the next run: who would be sent to, who would not and why. It sends nothing. */
export function PreflightPanel({
  taskId,
  readOnly = false,
  onlyIfAny = false,
  version = 0,
  beforeRun,
}: PreflightPanelProps) {
  const { t } = useTranslation('preflight');
  const [{ data, fetching, error }, refetch] = useQuery({
    query: TaskPreflightQuery,
    variables: { id: taskId },
  });
  const task = data?.node?.__typename === 'Task' ? data.node : undefined;
  const again = () => refetch({ requestPolicy: 'network-only' });
  const [readAt, setReadAt] = useState(version);
  useEffect(
    function readAgainWhenSaved() {
      if (version === readAt) return;
      setReadAt(version);
      refetch({ requestPolicy: 'network-only' });
    },
    [version, readAt, refetch],
  );
  usePolling(isOpen(task?.preflight), again);
  if (onlyIfAny && !task?.preflight) return null;
  return (
    <Card size="small" title={<h2 className="card-title">{t('title')}</h2>}>
      <QueryState fetching={fetching} error={error} isEmpty={!task} onRetry={again}>
        {task && (
          <Flex vertical gap="middle">
            <Typography.Text type="secondary">{t('hint')}</Typography.Text>
            {!readOnly && (
              <Starter
                taskId={taskId}
                preflight={task.preflight}
                beforeRun={beforeRun}
                onChange={again}
              />
            )}
            {task.preflight ? (
              <Newest task={task} preflight={task.preflight} />
            ) : (
              readOnly && <span role="status">{t('none')}</span>
            )}
          </Flex>
        )}
      </QueryState>
    </Card>
  );
}

function isOpen(preflight: PreflightData | null | undefined): boolean {
  return preflight?.status === 'WAITING' || preflight?.status === 'RUNNING';
}

interface StarterProps {
  taskId: string;
  preflight: PreflightData | null;
  beforeRun: PreflightPanelProps['beforeRun'];
  onChange: () => void;
}

function Starter({ taskId, preflight, beforeRun, onChange }: StarterProps) {
  const { t } = useTranslation('preflight');
  const { ofFault, ofField } = useFaultWords();
  const running = useAct(RunPreflight);
  const [fault, setFault] = useState<Fault | null>(null);
  const [preparing, setPreparing] = useState(false);

  async function run() {
    setFault(null);
    if (beforeRun) {
      setPreparing(true);
      const ready = await beforeRun().finally(() => setPreparing(false));
      if (!ready) return;
    }
    const outcome = await running.act({ id: taskId });
    if (outcome.fault) setFault(outcome.fault);
    onChange();
  }

  return (
    <>
      {!isOpen(preflight) && (
        <div>
          <Button
            type={preflight && !preflight.stale ? 'default' : 'primary'}
            loading={running.busy || preparing}
            onClick={() => void run()}
          >
            {t(preflight ? 'again' : 'run')}
          </Button>
        </div>
      )}
      {fault && (
        <Alert
          type="error"
          showIcon
          title={t(fault.code === 'INVALID' ? 'incomplete' : 'refused')}
          description={
            fault.fields.length > 0
              ? [...new Set(fault.fields.map(ofField))].join(t('and'))
              : ofFault(fault)
          }
        />
      )}
    </>
  );
}

function Newest({ task, preflight }: { task: PreflightTask; preflight: PreflightData }) {
  const { t, i18n } = useTranslation('preflight');
  const time = useTime();
  const reasonWords = useReasonWords();
  const { status, done, total, failure, failureText } = preflight;
  if (isOpen(preflight))
    return (
      <Flex gap="middle" align="center" wrap role="status">
        <Progress
          percent={total > 0 ? Math.floor((done / total) * 100) : 0}
          aria-label={t('progress')}
          style={{ width: 280, margin: 0 }}
          status="active"
        />
        <span>
          {status === 'WAITING' || total === 0
            ? t('waiting')
            : t('working', { done: done.toLocaleString(), total: total.toLocaleString() })}
        </span>
      </Flex>
    );
  if (status === 'FAILED') {
    const key = `preflight:failure.${failure}`;
    return (
      <Alert
        type="error"
        showIcon
        title={t('failed')}
        description={
          i18n.exists(key)
            ? (i18n.t as (key: string) => string)(key)
            : reasonWords(failure, { zh: failureText, en: failureText })
        }
      />
    );
  }
  return (
    <Flex vertical gap="middle">
      {preflight.stale && <Alert type="warning" showIcon title={t('stale')} />}
      <Typography.Text type="secondary">
        {t('made', {
          name: preflight.creator.name,
          at: time.second(preflight.endedAt ?? preflight.createdAt),
        })}
      </Typography.Text>
      {preflight.result && <PreflightOutcomeView task={task} outcome={preflight.result} />}
    </Flex>
  );
}

import { Alert, Button, Card, Flex, Progress, Segmented, Typography } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { usePolling } from '@/features/segments/usePolling';
import type { Fault } from '@/shared/graphql/errors';
import { useAct } from '@/shared/graphql/useAct';
import { useFaultWords } from '@/shared/graphql/useFaultWords';
import { useTime } from '@/shared/time/TimeContext';
import { QueryState } from '@/shared/ui/QueryState';
import { BacktestOutcomeView } from './BacktestOutcomeView';
import {
  type BacktestData,
  CancelBacktest,
  RunBacktest,
  TaskBacktestQuery,
} from './backtestQueries';
import { useBacktestWords } from './useBacktestWords';

const DAYS = [7, 14, 30, 60, 90] as const;
const USUAL = 30;

export interface BacktestPanelProps {
  taskId: string;
  /** Shows the newest backtest and starts none. */
  readOnly?: boolean;
  /** Nothing at all where there is none, instead of saying so. */
  onlyIfAny?: boolean;
  /** Of the draft as it is saved: whether the result is stale is asked anew with each. */
  version?: number;
  /** Done before a backtest starts, such as saving the draft it is about; false stops it. */
  beforeRun?: () => Promise<boolean>;
}

/** What a trigger would have done with the events of the last days. It sends nothing. */
export function BacktestPanel({
  taskId,
  readOnly = false,
  onlyIfAny = false,
  version = 0,
  beforeRun,
}: BacktestPanelProps) {
  const { t } = useTranslation('backtest');
  const [{ data, fetching, error }, refetch] = useQuery({
    query: TaskBacktestQuery,
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
  usePolling(isOpen(task?.backtest), again);
  if (onlyIfAny && !task?.backtest) return null;
  return (
    <Card size="small" title={<h2 className="card-title">{t('title')}</h2>}>
      <QueryState fetching={fetching} error={error} isEmpty={!task} onRetry={again}>
        {task && (
          <Flex vertical gap="middle">
            <Typography.Text type="secondary">{t('hint')}</Typography.Text>
            {!readOnly && (
              <Starter
                taskId={taskId}
                backtest={task.backtest}
                beforeRun={beforeRun}
                onChange={again}
              />
            )}
            {task.backtest ? (
              <Newest backtest={task.backtest} hasB={task.type === 'DONE_A_NOT_B'} />
            ) : (
              readOnly && <span role="status">{t('none')}</span>
            )}
          </Flex>
        )}
      </QueryState>
    </Card>
  );
}

function isOpen(backtest: BacktestData | null | undefined): boolean {
  return backtest?.status === 'WAITING' || backtest?.status === 'RUNNING';
}

interface StarterProps {
  taskId: string;
  backtest: BacktestData | null;
  beforeRun: BacktestPanelProps['beforeRun'];
  onChange: () => void;
}

function Starter({ taskId, backtest, beforeRun, onChange }: StarterProps) {
  const { t } = useTranslation('backtest');
  const running = useAct(RunBacktest);
  const cancelling = useAct(CancelBacktest);
  const [days, setDays] = useState<number>(
    DAYS.find((choice) => choice === backtest?.days) ?? USUAL,
  );
  const [fault, setFault] = useState<Fault | null>(null);
  const [preparing, setPreparing] = useState(false);
  const open = isOpen(backtest);

  async function run() {
    setFault(null);
    if (beforeRun) {
      setPreparing(true);
      const ready = await beforeRun().finally(() => setPreparing(false));
      if (!ready) return;
    }
    const outcome = await running.act({ id: taskId, days });
    if (outcome.fault) setFault(outcome.fault);
    onChange();
  }
  async function cancel(id: string) {
    const outcome = await cancelling.act({ id });
    if (outcome.fault) cancelling.tell(outcome.fault);
    onChange();
  }

  return (
    <>
      <Flex gap="small" align="center" wrap>
        <Segmented<number>
          name="backtest-days"
          aria-label={t('days')}
          disabled={open}
          value={days}
          onChange={setDays}
          options={DAYS.map((value) => ({ value, label: t('lastDays', { count: value }) }))}
        />
        {open && backtest ? (
          <Button key="cancel" loading={cancelling.busy} onClick={() => void cancel(backtest.id)}>
            {t('cancel')}
          </Button>
        ) : (
          <Button
            key="run"
            type={backtest && !backtest.stale ? 'default' : 'primary'}
            loading={running.busy || preparing}
            onClick={() => void run()}
          >
            {t(backtest ? 'again' : 'run')}
          </Button>
        )}
      </Flex>
      {fault && <Refusal fault={fault} />}
    </>
  );
}

/** Why a backtest did not start: what is still missing in the trigger, place by place. */
function Refusal({ fault }: { fault: Fault }) {
  const { t } = useTranslation('backtest');
  const { ofFault } = useFaultWords();
  const { ofField } = useBacktestWords();
  const lines = [...new Set(fault.fields.map(ofField))];
  return (
    <Alert
      type="error"
      showIcon
      title={t(fault.code === 'INVALID' ? 'incomplete' : 'refused')}
      description={
        lines.length > 0 ? (
          <ul style={{ margin: 0, paddingInlineStart: 18 }}>
            {lines.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        ) : (
          ofFault(fault)
        )
      }
    />
  );
}

function Newest({ backtest, hasB }: { backtest: BacktestData; hasB: boolean }) {
  const { t } = useTranslation('backtest');
  const time = useTime();
  const { ofFailure } = useBacktestWords();
  if (isOpen(backtest)) {
    const percent = Math.floor(backtest.progress * 100);
    return (
      <Flex gap="middle" align="center" wrap role="status">
        <Progress
          percent={percent}
          aria-label={t('progress')}
          style={{ width: 280, margin: 0 }}
          status="active"
        />
        <span>
          {backtest.status === 'WAITING'
            ? t('waiting')
            : t('reading', { count: Number(backtest.events) })}
        </span>
      </Flex>
    );
  }
  if (backtest.status === 'FAILED')
    return (
      <Alert
        type="error"
        showIcon
        title={t('failed')}
        description={ofFailure(backtest.failure, backtest.failureText)}
      />
    );
  if (backtest.status === 'CANCELLED')
    return (
      <Alert type="info" showIcon title={t('cancelled', { at: time.second(backtest.endedAt) })} />
    );
  return (
    <Flex vertical gap="middle">
      {backtest.stale && <Alert type="warning" showIcon title={t('stale')} />}
      <Typography.Text type="secondary">
        {t('made', {
          name: backtest.creator.name,
          at: time.second(backtest.endedAt ?? backtest.createdAt),
          days: backtest.days,
        })}
      </Typography.Text>
      {backtest.result && <BacktestOutcomeView outcome={backtest.result} hasB={hasB} />}
    </Flex>
  );
}

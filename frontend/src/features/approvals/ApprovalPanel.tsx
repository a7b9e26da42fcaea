import { Alert, Button, Card, Descriptions, Flex } from 'antd';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { BacktestSection } from '@/features/backtest/BacktestSection';
import { PreflightSection } from '@/features/preflight/PreflightSection';
import { useCan } from '@/features/session/session';
import { ConfigurationView } from '@/features/tasks/ConfigurationView';
import { familyOf } from '@/features/tasks/taskStatus';
import { useTaskAction } from '@/features/tasks/useTaskAction';
import { useTime } from '@/shared/time/TimeContext';
import { LinkButton } from '@/shared/ui/LinkButton';
import { QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { type ApprovalData, ApprovalQuery } from './approvalQueries';
import { APPROVAL_TONE } from './approvalTone';
import { DecisionForm } from './DecisionForm';

/** One approval with everything it is about. */
export function ApprovalPanel({ id }: { id: string }) {
  const { t } = useTranslation('approvals');
  const [{ data, fetching, error }, refetch] = useQuery({
    query: ApprovalQuery,
    variables: { id },
  });
  const approval = data?.node?.__typename === 'Approval' ? data.node : undefined;
  const again = () => refetch({ requestPolicy: 'network-only' });
  return (
    <QueryState
      fetching={fetching}
      error={error}
      isEmpty={!approval}
      empty={t('gone')}
      onRetry={again}
    >
      {approval && <Panel approval={approval} onStale={again} />}
    </QueryState>
  );
}

interface PanelProps {
  approval: ApprovalData;
  /** Somebody else was faster: read it anew. */
  onStale: () => void;
}

function Panel({ approval, onStale }: PanelProps) {
  const { t } = useTranslation('approvals');
  const time = useTime();
  const can = useCan();
  const act = useTaskAction(onStale);
  const { task, status, canDecide, whyNot } = approval;
  const isPending = status === 'PENDING';
  const mayRehearse = can('outreach.task.edit') || can('outreach.task.approve');
  return (
    <Flex vertical gap="middle" component="section" aria-label={task.name}>
      <Card
        size="small"
        title={<h2 className="card-title">{task.name}</h2>}
        extra={
          <Flex gap="small" align="center">
            <StatusTag tone={APPROVAL_TONE[status]}>{t(`status.${status}`)}</StatusTag>
            {isPending && task.operations.includes('URGE') && (
              <Button size="small" onClick={() => act('URGE', task)}>
                {t('urge')}
              </Button>
            )}
            {isPending && task.operations.includes('WITHDRAW') && (
              <Button size="small" onClick={() => act('WITHDRAW', task)}>
                {t('withdraw')}
              </Button>
            )}
            <LinkButton size="small" to="/tasks/$id" params={{ id: task.id }} search={{}}>
              {t('openTask')}
            </LinkButton>
          </Flex>
        }
      >
        <Flex vertical gap="middle">
          <Descriptions
            size="small"
            column={2}
            items={[
              {
                key: 'submitter',
                label: t('field.submitter'),
                children: approval.submitter.name,
              },
              {
                key: 'submittedAt',
                label: t('field.submittedAt'),
                children: time.second(approval.submittedAt),
              },
              ...(approval.decidedAt
                ? [
                    {
                      key: 'decider',
                      label: t('field.decider'),
                      children: approval.decider?.name ?? '--',
                    },
                    {
                      key: 'decidedAt',
                      label: t('field.decidedAt'),
                      children: time.second(approval.decidedAt),
                    },
                  ]
                : []),
              ...(isPending && approval.expiresAt
                ? [
                    {
                      key: 'expiresAt',
                      label: t('field.expiresAt'),
                      children: time.minute(approval.expiresAt),
                    },
                  ]
                : []),
              ...(isPending && approval.urgedAt
                ? [
                    {
                      key: 'urgedAt',
                      label: t('field.urgedAt'),
                      children: time.second(approval.urgedAt),
                    },
                  ]
                : []),
              ...(approval.comment
                ? [
                    {
                      key: 'comment',
                      label: t('field.comment'),
                      span: 2,
                      children: approval.comment,
                    },
                  ]
                : []),
            ]}
          />
          {canDecide && <DecisionForm id={approval.id} name={task.name} onStale={onStale} />}
          {isPending && !canDecide && can('outreach.task.approve') && (
            <Alert
              type="info"
              showIcon
              title={whyNot === 'SELF_APPROVAL' ? t('whyNot.SELF_APPROVAL') : t('whyNot.FORBIDDEN')}
            />
          )}
        </Flex>
      </Card>
      {familyOf(task.type) === 'TRIGGERED' ? (
        <BacktestSection taskId={task.id} readOnly onlyIfAny />
      ) : (
        <PreflightSection
          taskId={task.id}
          readOnly={!isPending || !mayRehearse}
          onlyIfAny={!isPending}
        />
      )}
      <ConfigurationView task={task} columns={1} />
    </Flex>
  );
}

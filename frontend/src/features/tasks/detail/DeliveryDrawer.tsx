import { Link } from '@tanstack/react-router';
import { App, Descriptions, Drawer, Flex, Typography } from 'antd';
import { useTranslation } from 'react-i18next';
import { useAct } from '@/shared/graphql/useAct';
import { useTime } from '@/shared/time/TimeContext';
import { ConfirmButton } from '@/shared/ui/ConfirmButton';
import { StatusTag } from '@/shared/ui/StatusTag';
import { MessageCard } from '../MessageCard';
import { DELIVERY_TONE } from '../taskStatus';
import { useReasonWords } from '../useReasonWords';
import type { DeliveryData } from './deliveriesQuery';
import { isResendable, Resend } from './resend';
import type { TaskPageData } from './taskPageQuery';
import { useRunWords } from './useRunWords';

interface DeliveryDrawerProps {
  task: TaskPageData;
  delivery: DeliveryData | undefined;
  onClose: () => void;
}

/** Everything about one recipient: what was sent, what the channel said, what its code means. */
export function DeliveryDrawer({ task, delivery, onClose }: DeliveryDrawerProps) {
  const { t } = useTranslation('tasks');
  return (
    <Drawer open={delivery !== undefined} onClose={onClose} title={t('delivery.title')} size={520}>
      {delivery && <DeliveryDetail task={task} delivery={delivery} onClose={onClose} />}
    </Drawer>
  );
}

interface DeliveryDetailProps {
  task: TaskPageData;
  delivery: DeliveryData;
  onClose: () => void;
}

function DeliveryDetail({ task, delivery, onClose }: DeliveryDetailProps) {
  const { t } = useTranslation('tasks');
  const time = useTime();
  const reasonWords = useReasonWords();
  const { name: runName } = useRunWords();
  const { message } = App.useApp();
  const { act, tell, busy } = useAct(Resend);
  const { id, status, reason, explanation, text, content, run } = delivery;

  async function sendAgain() {
    if (!isResendable(status, reason)) return;
    const { fault } = await act({
      input: { taskId: task.id, runId: run.id, statusIn: [status], deliveryIds: [id] },
    });
    if (fault) {
      tell(fault);
      return;
    }
    void message.success(t('resend.done'));
    onClose();
  }

  return (
    <Flex vertical gap="middle">
      <Descriptions
        column={1}
        size="small"
        bordered
        items={[
          {
            key: 'outcome',
            label: t('recipients.outcome'),
            children: <StatusTag tone={DELIVERY_TONE[status]}>{t(`outcome.${status}`)}</StatusTag>,
          },
          {
            key: 'target',
            label: t('recipients.target'),
            children: delivery.target ? (
              <Typography.Text copyable className="mono-id">
                {delivery.target}
              </Typography.Text>
            ) : (
              t('recipients.noTarget')
            ),
          },
          {
            key: 'person',
            label: t('recipients.person'),
            children: delivery.profile ? (
              <Link to="/people/$id" params={{ id: delivery.profile.id }}>
                {delivery.person}
              </Link>
            ) : (
              delivery.person
            ),
          },
          ...(reason
            ? [
                {
                  key: 'reason',
                  label: t('recipients.reason'),
                  children: (
                    <Flex vertical>
                      <span>{reasonWords(reason, explanation)}</span>
                      <Typography.Text type="secondary" className="mono-id">
                        {reason}
                      </Typography.Text>
                    </Flex>
                  ),
                },
              ]
            : []),
          ...(text
            ? [
                {
                  key: 'text',
                  label: t('delivery.text'),
                  children: <Typography.Text code>{text}</Typography.Text>,
                },
              ]
            : []),
          {
            key: 'messageId',
            label: t('delivery.messageId'),
            children: delivery.messageId || '--',
          },
          { key: 'tries', label: t('recipients.tries'), children: delivery.tries },
          {
            key: 'claimedAt',
            label: t('recipients.claimedAt'),
            children: time.second(delivery.claimedAt),
          },
          {
            key: 'settledAt',
            label: t('delivery.settledAt'),
            children: time.second(delivery.settledAt),
          },
          {
            key: 'run',
            label: t('recipients.run'),
            children: runName(run),
          },
          {
            key: 'id',
            label: t('delivery.id'),
            children: (
              <Typography.Text copyable className="mono-id">
                {id}
              </Typography.Text>
            ),
          },
        ]}
      />
      {content.length > 0 ? (
        <MessageCard
          sender={task.channel?.name ?? ''}
          title={task.template?.title ?? ''}
          lines={content.map(({ key, label, value }) => ({ key, label, value }))}
          opens={task.openMode !== null && task.openMode !== 'NONE'}
        />
      ) : (
        <Typography.Text type="secondary">{t('delivery.noContent')}</Typography.Text>
      )}
      {task.operations.includes('RESEND') && isResendable(status, reason) && (
        <ConfirmButton
          loading={busy}
          question={t('resend.one')}
          consequence={status === 'UNCONFIRMED' ? t('resend.twice') : t('resend.oneText')}
          verb={t('resend.open')}
          onConfirm={sendAgain}
        >
          {t('resend.open')}
        </ConfirmButton>
      )}
    </Flex>
  );
}

import { useNavigate } from '@tanstack/react-router';
import { Alert, App, Checkbox, Flex, Modal, Typography } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { nodesOf } from '@/shared/graphql/nodesOf';
import { useAct } from '@/shared/graphql/useAct';
import { RESENDABLE, Resend, type Resendable, resendCounts } from './resend';
import type { RunRowData, TaskPageData } from './taskPageQuery';
import { useRunWords } from './useRunWords';

interface ResendDialogProps {
  task: TaskPageData;
  /** Whose recipients; the newest run that ran by itself when absent. */
  chosen: RunRowData | undefined;
  onClose: () => void;
}

/** Chooses whom to send to again. Unconfirmed ones may get the message twice: said before, not after. */
export function ResendDialog({ task, chosen: asked, onClose }: ResendDialogProps) {
  const { t } = useTranslation('tasks');
  const { when } = useRunWords();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const { act, tell, busy } = useAct(Resend);
  const runs = nodesOf(task.runs);
  const run = asked ?? runs.find(({ kind, progress }) => kind !== 'RESEND' && progress.total > 0);
  const counts = resendCounts(run?.progress ?? task.progress);
  const [chosen, setChosen] = useState<Resendable[]>(counts.FAILED > 0 ? ['FAILED'] : []);
  const total = chosen.reduce((sum, status) => sum + counts[status], 0);

  async function send() {
    const { data, fault } = await act({
      input: { taskId: task.id, runId: run?.id ?? null, statusIn: chosen },
    });
    if (fault) {
      tell(fault);
      return;
    }
    void message.success(t('resend.done'));
    onClose();
    void navigate({
      to: '/tasks/$id',
      params: { id: task.id },
      search: { tab: 'recipients', run: data.resend.id },
    });
  }

  return (
    <Modal
      open
      title={t('resend.title')}
      okText={t('resend.send', { count: total })}
      cancelText={t('action.back')}
      okButtonProps={{ disabled: total === 0, loading: busy }}
      onOk={() => void send()}
      onCancel={onClose}
    >
      <Flex vertical gap="middle">
        <Typography.Text>
          {run && t('resend.ofRun', { at: when(run) })} {t('resend.notAgain')}
        </Typography.Text>
        <Checkbox.Group<Resendable>
          value={chosen}
          onChange={setChosen}
          aria-label={t('resend.title')}
          style={{ display: 'flex', flexDirection: 'column', gap: 8 }}
          options={RESENDABLE.map((status) => ({
            value: status,
            disabled: counts[status] === 0,
            label: t('resend.option', { outcome: t(`outcome.${status}`), count: counts[status] }),
          }))}
        />
        {chosen.includes('UNCONFIRMED') && (
          <Alert type="warning" showIcon title={t('resend.twice')} />
        )}
        {chosen.includes('FAILED') && <Alert type="info" showIcon title={t('resend.refused')} />}
      </Flex>
    </Modal>
  );
}

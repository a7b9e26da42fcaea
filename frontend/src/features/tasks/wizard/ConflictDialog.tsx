import { Button, Modal, Typography } from 'antd';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import type { ResultOf } from '@/shared/graphql/graphql';
import { useTime } from '@/shared/time/TimeContext';
import { LinkButton } from '@/shared/ui/LinkButton';
import { QueryState } from '@/shared/ui/QueryState';
import { type WizardTask, WizardTaskQuery } from './WizardTask';

type Task = ResultOf<typeof WizardTask>;

interface ConflictDialogProps {
  id: string;
  onTheirs: (task: Task) => void;
  onMine: (task: Task) => void;
}

/** Somebody else saved this draft, or submitted it: nothing is overwritten before the author says which to keep. */
export function ConflictDialog({ id, onTheirs, onMine }: ConflictDialogProps) {
  const { t } = useTranslation('wizard');
  const time = useTime();
  const [{ data, fetching, error }, refetch] = useQuery({
    query: WizardTaskQuery,
    variables: { id },
    requestPolicy: 'network-only',
  });
  const task = data?.node?.__typename === 'Task' ? data.node : null;
  const isDraft = task?.operations.includes('EDIT') ?? false;

  return (
    <Modal
      open
      closable={false}
      title={t('conflict.title')}
      footer={
        task && isDraft && !fetching
          ? [
              <Button key="theirs" onClick={() => onTheirs(task)}>
                {t('conflict.theirs')}
              </Button>,
              <Button key="mine" type="primary" danger onClick={() => onMine(task)}>
                {t('conflict.mine')}
              </Button>,
            ]
          : task && (
              <LinkButton look="primary" to="/tasks/$id" params={{ id }} ignoreBlocker>
                {t('conflict.open')}
              </LinkButton>
            )
      }
    >
      <QueryState
        fetching={fetching}
        error={error}
        isEmpty={!task}
        onRetry={() => refetch({ requestPolicy: 'network-only' })}
      >
        <Typography.Paragraph>
          {task && isDraft
            ? t('conflict.text', { at: time.second(task.updatedAt), name: task.name })
            : t('conflict.noDraft')}
        </Typography.Paragraph>
      </QueryState>
    </Modal>
  );
}

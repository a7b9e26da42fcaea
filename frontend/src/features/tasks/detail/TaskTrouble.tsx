import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';
import { nodesOf } from '@/shared/graphql/nodesOf';
import { familyOf } from '../taskStatus';
import { useReasonWords } from '../useReasonWords';
import type { TaskPageData } from './taskPageQuery';

/** Why a task was rejected, cancelled or went wrong, where the person looks first. */
export function TaskTrouble({ task }: { task: TaskPageData }) {
  const { t } = useTranslation('tasks');
  const reasonWords = useReasonWords();
  if (task.status === 'REJECTED') {
    const [last] = nodesOf(task.approvals);
    return (
      <Alert
        type="error"
        showIcon
        title={t('trouble.rejected', { name: last?.decider?.name ?? '' })}
        description={last?.comment || task.approval?.comment}
      />
    );
  }
  if (task.status === 'ABNORMAL' || (task.status === 'CANCELLED' && task.statusReason)) {
    const isBad = task.status === 'ABNORMAL';
    return (
      <Alert
        type={isBad ? 'error' : 'info'}
        showIcon
        title={`${t(isBad ? 'trouble.abnormal' : 'trouble.cancelled')}${reasonWords(task.statusReason)}`}
        description={
          <>
            {task.statusText}
            {isBad && <div>{t(`trouble.retry.${familyOf(task.type)}`)}</div>}
          </>
        }
      />
    );
  }
  return null;
}

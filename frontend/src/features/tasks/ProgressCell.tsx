import { Progress, Typography } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Counts, TaskStatus } from './TaskRow';
import { settled, settledPercent } from './taskStatus';

interface ProgressCellProps {
  name: string;
  status: TaskStatus;
  counts: Counts;
}

const BAR: Partial<Record<TaskStatus, 'active' | 'exception' | 'success'>> = {
  RUNNING: 'active',
  ABNORMAL: 'exception',
  ENDED: 'success',
};

/** How far a run is; nothing before there is one. */
export function ProgressCell({ name, status, counts }: ProgressCellProps) {
  const { t } = useTranslation('tasks');
  if (counts.total === 0) return <Typography.Text type="secondary">--</Typography.Text>;
  const done = settled(counts);
  return (
    <>
      <Progress
        percent={settledPercent(counts)}
        size="small"
        status={BAR[status] ?? 'normal'}
        aria-label={t('list.progressOf', { name })}
        format={(percent) => `${percent ?? 0}%`}
      />
      <Typography.Text type="secondary" style={{ fontSize: 12, whiteSpace: 'nowrap' }}>
        {t('list.settled', {
          done: done.toLocaleString(),
          total: counts.total.toLocaleString(),
        })}
        {counts.rate > 0 && ` · ${t('list.rate', { rate: Math.round(counts.rate) })}`}
      </Typography.Text>
    </>
  );
}

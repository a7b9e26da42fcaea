import { useTranslation } from 'react-i18next';
import { useTime } from '@/shared/time/TimeContext';
import styles from './schedule.module.css';
import { weekdayOf } from './weekday';

interface PointTimelineProps {
  points: readonly string[];
  /** How many there are in all; as many as are shown when it is not known. */
  total?: number;
}

/** The coming points of a cycle, the first few of them. */
export function PointTimeline({ points, total = points.length }: PointTimelineProps) {
  const { t } = useTranslation('schedule');
  const time = useTime();
  if (points.length === 0) return <span className="secondary">{t('points.empty')}</span>;
  return (
    <ol className={styles.points} aria-label={t('points.title')}>
      {points.map((point) => {
        const at = time.toPicker(point);
        return (
          <li key={point} className={styles.point}>
            <div className={styles.pointDay}>
              {at.format('YYYY-MM-DD')} {t(`weekday.${weekdayOf(at)}`)}
            </div>
            <div className={styles.pointTime}>{at.format('HH:mm')}</div>
          </li>
        );
      })}
      {total > points.length && (
        <li className={`${styles.point} ${styles.more}`}>{t('points.more', { count: total })}</li>
      )}
    </ol>
  );
}

import { useTranslation } from 'react-i18next';
import { useTime } from '@/shared/time/TimeContext';
import type { TriggerExample } from './preview';
import styles from './schedule.module.css';
import { weekdayOf } from './weekday';

/** One person's way through a trigger: A, the judgement of B, the message. */
export function ExampleTimeline({ example }: { example: TriggerExample }) {
  const { t } = useTranslation('schedule');
  const time = useTime();
  const { doneAt, judgedAt, sentAt, tooLate } = example;
  const say = (at: string) => `${time.minute(at)} ${t(`weekday.${weekdayOf(time.toPicker(at))}`)}`;
  const steps: { key: 'done' | 'judged' | 'sent'; at: string; tone?: string | undefined }[] = [
    { key: 'done', at: doneAt },
    ...(judgedAt ? [{ key: 'judged' as const, at: judgedAt, tone: styles.judged }] : []),
    { key: 'sent', at: sentAt, tone: tooLate ? styles.late : undefined },
  ];
  const words = { done: say(doneAt), judged: judgedAt ? say(judgedAt) : '', sent: say(sentAt) };
  return (
    <>
      <p style={{ margin: '0 0 8px' }}>{t(judgedAt ? 'example.textB' : 'example.text', words)}</p>
      <ol className={styles.points} aria-label={t('example.title')}>
        {steps.map(({ key, at, tone }) => (
          <li key={key} className={`${styles.point} ${tone ?? ''}`} style={{ minWidth: 176 }}>
            <div className={styles.pointDay}>{t(`example.${key}`)}</div>
            <div className={styles.pointTime}>{time.minute(at)}</div>
          </li>
        ))}
      </ol>
      {tooLate && (
        <div role="alert" style={{ color: '#cf1322' }}>
          {t('example.late')}
        </div>
      )}
    </>
  );
}

import { Alert, Button, Progress } from 'antd';
import { useTranslation } from 'react-i18next';
import { useFaultWords } from '@/shared/graphql/useFaultWords';
import { useTime } from '@/shared/time/TimeContext';
import type { EstimateInput, EstimateResult } from './estimate';
import styles from './rules.module.css';
import { useEstimate } from './useEstimate';

interface EstimatePanelProps {
  /** What to count; null while that cannot be told yet. */
  input: EstimateInput | null;
  /** Why it cannot be told yet. */
  why?: string | undefined;
  /** Counts by itself, for a segment that is chosen (R36). */
  auto?: boolean;
  /** Called when somebody asks, so that what is missing is shown. */
  onAsk?: () => void;
}

/** How many people a rule selects, and how many of them the channel can reach (R30, R36). */
export function EstimatePanel({ input, why, auto = false, onAsk }: EstimatePanelProps) {
  const { t } = useTranslation('rules');
  const { ofFault } = useFaultWords();
  const { isRunning, progress, result, isStale, fault, start, stop } = useEstimate(input, auto);
  return (
    <section aria-label={t('estimate.title')} className={styles.builder}>
      <div className={styles.foot}>
        {isRunning ? (
          <Button onClick={stop}>{t('estimate.stop')}</Button>
        ) : (
          <Button
            type={result && !isStale ? 'default' : 'primary'}
            ghost={!(result && !isStale)}
            disabled={!input && !onAsk}
            onClick={() => {
              onAsk?.();
              start();
            }}
          >
            {t(result ? 'estimate.again' : 'estimate.start')}
          </Button>
        )}
        {isRunning ? (
          <span role="status" className={styles.line}>
            {progress && progress.total > 0 ? (
              <>
                <Progress
                  percent={Math.round((progress.done / progress.total) * 100)}
                  showInfo={false}
                  aria-label={t('estimate.title')}
                  style={{ width: 160 }}
                />
                {t('estimate.progress', { done: progress.done, total: progress.total })}
              </>
            ) : (
              t('estimate.running')
            )}
          </span>
        ) : (
          <span className="secondary">{why ?? t('estimate.hint')}</span>
        )}
      </div>
      {fault && (
        <Alert type="error" showIcon title={t('estimate.failed')} description={ofFault(fault)} />
      )}
      {result && !isRunning && <Counts result={result} isStale={isStale} />}
    </section>
  );
}

function Counts({ result, isStale }: { result: EstimateResult; isStale: boolean }) {
  const { t } = useTranslation('rules');
  const time = useTime();
  const say = (count: number) =>
    result.approximate
      ? t('estimate.about', { number: count.toLocaleString() })
      : count.toLocaleString();
  const counts = [
    { key: 'people', count: result.people },
    { key: 'reachable', count: result.reachable },
    { key: 'authorised', count: result.authorised },
  ] as const;
  return (
    <div role="status" className={styles.builder}>
      {isStale && <Alert type="warning" showIcon title={t('estimate.stale')} />}
      <dl className={`${styles.cards} ${isStale ? styles.stale : ''}`} style={{ margin: 0 }}>
        {counts.map(({ key, count }) =>
          count === null ? null : (
            <div key={key} className={styles.card} data-testid={`estimate-${key}`}>
              <dt>{t(`estimate.${key}`)}</dt>
              <dd>{say(count)}</dd>
            </div>
          ),
        )}
      </dl>
      <span className="secondary">
        {t('estimate.at', {
          at: time.second(result.computedAt),
          seconds: (result.tookMs / 1000).toFixed(2),
        })}
      </span>
    </div>
  );
}

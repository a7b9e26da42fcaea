import { useTranslation } from 'react-i18next';
import { type DayCount, peakOf, sparkBars, totalOf } from './dayCounts';

const WIDTH = 150;
const HEIGHT = 28;

/** Thirty days in the space of a word; the same numbers stand in its description. */
export function Sparkline({ name, counts }: { name: string; counts: readonly DayCount[] }) {
  const { t } = useTranslation('data');
  const peak = peakOf(counts);
  return (
    <svg
      width={WIDTH}
      height={HEIGHT}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={t('events.spark', {
        name,
        total: totalOf(counts),
        day: peak?.day ?? '--',
        peak: peak?.count ?? 0,
      })}
    >
      <line x1="0" y1={HEIGHT - 0.5} x2={WIDTH} y2={HEIGHT - 0.5} stroke="#dfe3ea" />
      {sparkBars(counts, WIDTH, HEIGHT - 1).map(({ day, ...bar }) => (
        <rect key={day} {...bar} fill="#165dff" />
      ))}
    </svg>
  );
}

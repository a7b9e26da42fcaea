import type { ChartOption } from '@/shared/ui/Chart';
import type { Counts } from '../TaskRow';
import type { DeliveryStatus } from '../taskDetailSearch';

/** The steps of delivery: everybody meant, those the channel was asked for, those it took. */
export const FUNNEL_STEPS = ['target', 'attempted', 'sent'] as const;
export type FunnelStep = (typeof FUNNEL_STEPS)[number];

export interface FunnelRow {
  step: FunnelStep;
  count: number;
  /** Share of the step before, 0–1; of itself in the first step. */
  rate: number;
}

const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);

export function funnelRows(counts: Counts): FunnelRow[] {
  const target = counts.total;
  const attempted = counts.sent + counts.failed + counts.unconfirmed + counts.sending;
  return [
    { step: 'target', count: target, rate: share(target, target) },
    { step: 'attempted', count: attempted, rate: share(attempted, target) },
    { step: 'sent', count: counts.sent, rate: share(counts.sent, attempted) },
  ];
}

/** The places a candidate can be in; their counts add up to the total. */
export const PLACES = [
  { key: 'sent', status: 'SENT' },
  { key: 'failed', status: 'FAILED' },
  { key: 'notSent', status: 'NOT_SENT' },
  { key: 'unconfirmed', status: 'UNCONFIRMED' },
  { key: 'deferred', status: 'DEFERRED' },
  { key: 'sending', status: 'SENDING' },
  { key: 'waiting', status: null },
] as const satisfies readonly { key: keyof Counts; status: DeliveryStatus | null }[];
export type Place = (typeof PLACES)[number]['key'];

/** The sum as people check it: the places that hold somebody, and always the four outcomes. */
export function sumOf(counts: Counts): { key: Place; count: number }[] {
  const outcomes: Place[] = ['sent', 'failed', 'notSent', 'unconfirmed'];
  return PLACES.map(({ key }) => ({ key, count: counts[key] })).filter(
    ({ key, count }) => count > 0 || outcomes.includes(key),
  );
}

export function percent(rate: number): string {
  return `${(rate * 100).toFixed(rate === 1 || rate === 0 ? 0 : 1)}%`;
}

const COLORS = ['#165dff', '#4f8bff', '#12a150'];

/** A funnel drawn from the rows; `words` names the steps in the reader's language. */
export function funnelOption(rows: FunnelRow[], words: Record<FunnelStep, string>): ChartOption {
  return {
    color: COLORS,
    tooltip: { trigger: 'item' },
    series: [
      {
        type: 'funnel',
        sort: 'none',
        gap: 4,
        left: 8,
        right: 8,
        top: 8,
        bottom: 8,
        minSize: '18%',
        max: Math.max(1, ...rows.map(({ count }) => count)),
        label: {
          position: 'inside',
          color: '#fff',
          fontSize: 13,
          textBorderColor: 'rgba(0,0,0,.45)',
          textBorderWidth: 2,
        },
        data: rows.map(({ step, count, rate }, index) => ({
          name: words[step],
          value: count,
          label: {
            formatter:
              index === 0
                ? `${words[step]}  ${count.toLocaleString()}`
                : `${words[step]}  ${count.toLocaleString()}  (${percent(rate)})`,
          },
        })),
        animationDurationUpdate: 300,
      },
    ],
  };
}

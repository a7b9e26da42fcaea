import type { ChartOption } from '@/shared/ui/Chart';
import type { PreflightOutcome } from './preflightQueries';

type Step = PreflightOutcome['steps'][number];

/** A row of the funnel: everybody, who falls out and why, who is left. */
export type PreflightRow =
  | { kind: 'candidates'; count: number; left: number }
  | { kind: 'step'; step: Step; count: number; left: number }
  | { kind: 'willSend'; count: number; left: number };

export function preflightRows({
  candidates,
  steps,
  willSend,
}: Pick<PreflightOutcome, 'candidates' | 'steps' | 'willSend'>): PreflightRow[] {
  let left = candidates;
  return [
    { kind: 'candidates', count: candidates, left },
    ...steps.map((step) => {
      left -= step.count;
      return { kind: 'step' as const, step, count: step.count, left };
    }),
    { kind: 'willSend', count: willSend, left: willSend },
  ];
}

const COLORS = { candidates: '#4f8bff', step: '#7a869a', willSend: '#12a150' } as const;

/** A waterfall from top to bottom: each reason takes its part from what the row above left. */
export function preflightOption(
  rows: readonly PreflightRow[],
  words: (row: PreflightRow) => string,
): ChartOption {
  return {
    animation: false,
    grid: { left: 8, right: 72, top: 8, bottom: 8, containLabel: true },
    tooltip: { trigger: 'item' },
    xAxis: { type: 'value', axisLabel: { show: false }, splitLine: { show: false } },
    yAxis: {
      type: 'category',
      inverse: true,
      data: rows.map(words),
      axisTick: { show: false },
      axisLine: { show: false },
      axisLabel: { width: 200, overflow: 'truncate', color: '#3d4757' },
    },
    series: [
      {
        type: 'bar',
        stack: 'funnel',
        silent: true,
        itemStyle: { color: 'transparent', decal: { symbol: 'none' } },
        tooltip: { show: false },
        data: rows.map(({ kind, left }) => (kind === 'step' ? left : 0)),
      },
      {
        type: 'bar',
        stack: 'funnel',
        barMaxWidth: 22,
        label: {
          show: true,
          position: 'right',
          color: 'rgba(0,0,0,.88)',
          formatter: ({ dataIndex }: { dataIndex: number }) => {
            const row = rows[dataIndex];
            if (!row) return '';
            const count = row.count.toLocaleString();
            return row.kind === 'step' && row.count > 0 ? `−${count}` : count;
          },
        },
        data: rows.map(({ kind, count }) => ({
          value: count,
          itemStyle: { color: COLORS[kind] },
        })),
      },
    ],
  };
}

/** A length of time in its two largest units, rounded up to whole seconds. */
export function lengthOf(seconds: number): {
  unit: 'seconds' | 'minutes' | 'hours';
  large: number;
  small: number;
} {
  const whole = Math.ceil(seconds);
  if (whole < 60) return { unit: 'seconds', large: whole, small: 0 };
  if (whole < 3600) return { unit: 'minutes', large: Math.floor(whole / 60), small: whole % 60 };
  const minutes = Math.ceil(whole / 60);
  return { unit: 'hours', large: Math.floor(minutes / 60), small: minutes % 60 };
}

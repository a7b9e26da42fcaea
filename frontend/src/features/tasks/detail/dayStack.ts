import type { EnumOf } from '@/shared/graphql/graphql';
import type { ChartOption } from '@/shared/ui/Chart';
import type { Counts } from '../TaskRow';

/** As much of a triggered task's day as its chart needs. */
export interface DayCounts {
  day: string;
  progress: Counts & {
    reasons: readonly {
      status: EnumOf<'DeliveryStatus'>;
      reason: string;
      count: number;
      explanation: { code: string; zh: string; en: string } | null;
    }[];
  };
}
type Reason = DayCounts['progress']['reasons'][number];

/** A layer of the stack: an outcome, one reason of "not sent", or the reasons that are rare. */
export interface DayLayer {
  key: 'sent' | 'failed' | 'reason' | 'otherReasons' | 'open';
  /** Of `reason`. */
  reason?: Reason;
  /** One number for each day. */
  counts: number[];
}

/** Reasons of triggers that people look for first, whatever their number (spec 10.1). */
const FIRST = ['NOT_IN_AUDIENCE', 'LATE'];
const SHOWN = 5;

/** The layers of the days, each only where it holds somebody; they add up to each day's total. */
export function dayLayers(days: readonly DayCounts[]): DayLayer[] {
  const reasons = notSentReasons(days);
  const shown = reasons.slice(0, SHOWN);
  const ofReason = ({ progress }: DayCounts, reason: string) =>
    progress.reasons
      .filter((one) => one.status === 'NOT_SENT' && one.reason === reason)
      .reduce((sum, { count }) => sum + count, 0);
  const layers: DayLayer[] = [
    { key: 'sent', counts: days.map(({ progress }) => progress.sent) },
    { key: 'failed', counts: days.map(({ progress }) => progress.failed) },
    ...shown.map((reason) => ({
      key: 'reason' as const,
      reason,
      counts: days.map((day) => ofReason(day, reason.reason)),
    })),
    {
      key: 'otherReasons',
      counts: days.map(
        (day) =>
          day.progress.notSent - shown.reduce((sum, { reason }) => sum + ofReason(day, reason), 0),
      ),
    },
    {
      key: 'open',
      counts: days.map(
        ({ progress: { waiting, sending, deferred, unconfirmed } }) =>
          waiting + sending + deferred + unconfirmed,
      ),
    },
  ];
  return layers.filter(({ key, counts }) => key === 'sent' || counts.some((count) => count > 0));
}

/** Why people got nothing over all days: the trigger's own reasons, then the most frequent. */
function notSentReasons(days: readonly DayCounts[]): Reason[] {
  const sums = new Map<string, Reason>();
  for (const { progress } of days)
    for (const one of progress.reasons) {
      if (one.status !== 'NOT_SENT') continue;
      const count = (sums.get(one.reason)?.count ?? 0) + one.count;
      sums.set(one.reason, { ...one, count });
    }
  const rank = ({ reason }: Reason) =>
    FIRST.includes(reason) ? FIRST.indexOf(reason) : FIRST.length;
  return [...sums.values()].sort(
    (a, b) => rank(a) - rank(b) || b.count - a.count || a.reason.localeCompare(b.reason),
  );
}

const COLORS = { sent: '#12a150', failed: '#cf1322', otherReasons: '#64748b', open: '#4f8bff' };
const REASON_COLORS = ['#94a3b8', '#d97706', '#8b5cf6', '#0e7490', '#be5b9c'];

/** The days as stacked bars; `words` names the layers in the reader's language. */
export function dayOption(
  days: readonly DayCounts[],
  layers: readonly DayLayer[],
  words: (layer: DayLayer) => string,
): ChartOption {
  const reasons = layers.filter(({ key }) => key === 'reason');
  return {
    animation: false,
    grid: { left: 8, right: 16, top: 44, bottom: 8, containLabel: true },
    legend: { top: 4, left: 0, type: 'plain', textStyle: { color: '#3d4757' } },
    tooltip: { trigger: 'axis' },
    xAxis: {
      type: 'category',
      data: days.map(({ day }) => day),
      axisLabel: { formatter: (day: string) => day.slice(5), color: '#3d4757', hideOverlap: true },
      axisTick: { alignWithLabel: true },
    },
    yAxis: { type: 'value', minInterval: 1, axisLabel: { color: '#3d4757' } },
    series: layers.map((layer) => ({
      type: 'bar',
      stack: 'day',
      barMaxWidth: 28,
      name: words(layer),
      itemStyle: {
        color: layer.key === 'reason' ? REASON_COLORS[reasons.indexOf(layer)] : COLORS[layer.key],
      },
      data: layer.counts,
    })),
  };
}

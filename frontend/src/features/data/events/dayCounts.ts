export interface DayCount {
  day: string;
  count: number;
}

export function totalOf(counts: readonly DayCount[]): number {
  return counts.reduce((sum, { count }) => sum + count, 0);
}

/** The day with the most; the first of them when there are several. */
export function peakOf(counts: readonly DayCount[]): DayCount | undefined {
  return counts.reduce<DayCount | undefined>(
    (peak, day) => (!peak || day.count > peak.count ? day : peak),
    undefined,
  );
}

/** Bars of a sparkline in a box: a day with anything is never invisible. */
export function sparkBars(counts: readonly DayCount[], width: number, height: number) {
  const most = peakOf(counts)?.count ?? 0;
  const step = counts.length > 0 ? width / counts.length : width;
  return counts.map(({ day, count }, index) => {
    const tall = most === 0 || count === 0 ? 0 : Math.max(1.5, (count / most) * height);
    return { day, x: index * step, y: height - tall, width: Math.max(1, step - 1), height: tall };
  });
}

import { Skeleton } from 'antd';
import { lazy, Suspense } from 'react';
import type { BacktestPanelProps } from './BacktestPanel';

const BacktestPanel = lazy(async () => ({
  default: (await import('./BacktestPanel')).BacktestPanel,
}));

/** What the trigger would have done: its tables are fetched once the rest of the page is there. */
export function BacktestSection(props: BacktestPanelProps) {
  return (
    <Suspense fallback={props.onlyIfAny ? null : <Skeleton active />}>
      <BacktestPanel {...props} />
    </Suspense>
  );
}

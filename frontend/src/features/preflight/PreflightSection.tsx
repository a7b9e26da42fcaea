import { Skeleton } from 'antd';
import { lazy, Suspense } from 'react';
import type { PreflightPanelProps } from './PreflightPanel';

const PreflightPanel = lazy(async () => ({
  default: (await import('./PreflightPanel')).PreflightPanel,
}));

/** A rehearsal of the next run: its tables are fetched once the rest of the page is there. */
export function PreflightSection(props: PreflightPanelProps) {
  return (
    <Suspense fallback={props.onlyIfAny ? null : <Skeleton active />}>
      <PreflightPanel {...props} />
    </Suspense>
  );
}

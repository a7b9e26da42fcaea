import { BacktestSection } from '@/features/backtest/BacktestSection';
import { PreflightSection } from '@/features/preflight/PreflightSection';
import { isTriggered } from '@/features/schedule/scheduleTypes';
import type { Place } from './steps';
import type { TaskForm } from './taskForm';

interface DraftRehearsalProps {
  place: Place;
  type: TaskForm['type'];
  /** What is saved of the task; nothing can be rehearsed before. */
  draft: { id: string; version: number } | null;
  /** Saves what is not saved yet; false when it could not. */
  save: () => Promise<boolean>;
}

/** What the draft would do: a backtest beside the trigger, and either kind before it is submitted. */
export function DraftRehearsal({ place, type, draft, save }: DraftRehearsalProps) {
  if (!draft || (place !== 'trigger' && place !== 'review')) return null;
  const props = { taskId: draft.id, version: draft.version, beforeRun: save };
  if (isTriggered(type)) return <BacktestSection {...props} />;
  return place === 'review' ? <PreflightSection {...props} /> : null;
}

import { useMemo } from 'react';
import type { StoredCycle } from './cycleForm';
import type { TaskType } from './scheduleTypes';
import { cycleSentence, triggerSentence } from './sentence';
import type { StoredTrigger } from './triggerForm';
import { useSpeaker } from './useSpeaker';

/** A trigger in words. Where names cannot be read, the keys stand for them. */
export function TriggerSentence({ type, trigger }: { type: TaskType; trigger: StoredTrigger }) {
  const speaker = useSpeaker();
  return useMemo(() => triggerSentence(type, trigger, speaker), [type, trigger, speaker]);
}

/** A cycle in words. */
export function CycleSentence({ cycle }: { cycle: StoredCycle }) {
  const speaker = useSpeaker();
  return useMemo(() => cycleSentence(cycle, speaker), [cycle, speaker]);
}

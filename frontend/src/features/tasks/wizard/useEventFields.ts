import { useMemo } from 'react';
import { useCatalogue } from '@/features/rules/useCatalogue';
import { type EventField, eventFieldsOf } from './eventFields';
import { useWizard } from './WizardContext';

/** The triggering event's properties for the task that is being written. */
export function useEventFields(): EventField[] | null {
  const { values } = useWizard();
  const { catalogue } = useCatalogue();
  const { type, trigger } = values;
  return useMemo(
    () => eventFieldsOf({ type, trigger }, catalogue ?? { events: [] }),
    [type, trigger, catalogue],
  );
}

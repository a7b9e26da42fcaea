import { byName, type Catalogue } from '@/features/rules/catalogue';
import { isTriggered } from '@/features/schedule/scheduleTypes';
import { VARIABLE_NAME, variablesOf } from './contentText';
import type { TaskForm } from './taskForm';

/** A property of the triggering event that a message can insert. */
export interface EventField {
  name: string;
  label: string;
}

/**
 * What {{event.…}} can be in a message of this task: the properties of A's events, whichever of
 * them fires; null for scheduled tasks, which no event starts.
 */
export function eventFieldsOf(
  form: Pick<TaskForm, 'type' | 'trigger'>,
  catalogue: Pick<Catalogue, 'events'>,
): EventField[] | null {
  if (!isTriggered(form.type)) return null;
  const fields = new Map<string, EventField>();
  for (const { event } of form.trigger.a.events)
    for (const { name, label, type, enabled } of byName(catalogue.events, event)?.fields ?? []) {
      const isOne = enabled && type !== 'OBJECT' && type !== 'LIST' && VARIABLE_NAME.test(name);
      if (isOne && !fields.has(name)) fields.set(name, { name, label });
    }
  return [...fields.values()];
}

/** Event properties that a text inserts and that A's events do not have; none while they are not known. */
export function unknownNames(text: string, fields: readonly EventField[] | null): string[] {
  if (fields === null || fields.length === 0) return [];
  const names = variablesOf(text)
    .filter(({ source }) => source === 'event')
    .map(({ name }) => name);
  return [...new Set(names)].filter((name) => !fields.some((field) => field.name === name));
}

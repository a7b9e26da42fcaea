import { STEPS, type StepKey } from './steps';
import type { TaskForm } from './taskForm';

/** One thing that is wrong with a task, from the client's rules or the server's. */
export interface Problem {
  path: string;
  rule: string;
  /** English; shown only where the console has no words of its own for the rule. */
  message: string;
  params: Record<string, unknown>;
}

/** A field of the form: a name, or a parameter's text. */
export type FieldName = [keyof TaskForm] | ['content', string, 'text' | 'overlong'];

/** The server speaks of these by other names in places. */
const ALIASES: Record<string, keyof TaskForm> = {
  groups: 'groupIds',
  campaign: 'campaignId',
  application: 'applicationId',
  upload: 'uploadId',
  channel: 'channelId',
  template: 'templateId',
  openURL: 'openUrl',
  openAppID: 'openAppId',
  segment: 'segmentId',
  segmentID: 'segmentId',
};

/** Splits `content.params.thing1`, `input.content[0].text` and the like. */
function parts(path: string): string[] {
  return path.split(/[.[\]]+/).filter((part) => !['', 'input', 'params'].includes(part));
}

const ALL_FIELDS = new Set<string>(STEPS.flatMap((step) => [...step.fields]));

/** These fields' editors say themselves what the server finds wrong in them. */
const SELF_SPOKEN: readonly string[] = ['cycle', 'trigger', 'endsAt'];

/** Whether a problem stands at its place inside an editor, and not below the field. */
export function isSelfSpoken(problem: Problem): boolean {
  const [head = ''] = parts(problem.path);
  return SELF_SPOKEN.includes(head) && problem.rule !== 'INCOMPLETE';
}

/** Those problems, by the paths that the editors know. */
export function selfSpoken(problems: readonly Problem[]): Problem[] {
  return problems
    .filter(isSelfSpoken)
    .map((problem) => ({ ...problem, path: parts(problem.path).join('.') }));
}

/** The form's field that a problem is about; null when it is about none of them. */
export function fieldOf(path: string, content: TaskForm['content']): FieldName | null {
  const [head = '', second, third] = parts(path);
  const field = ALIASES[head] ?? head;
  if (!ALL_FIELDS.has(field)) return null;
  if (field !== 'content' || second === undefined) return [field as keyof TaskForm];
  const key = /^\d+$/.test(second) ? Object.keys(content)[Number(second)] : second;
  if (key === undefined || !(key in content)) return ['content'];
  return ['content', key, third === 'overlong' ? 'overlong' : 'text'];
}

/** The step where a problem can be mended; null when there is none. */
export function stepOf(path: string): StepKey | null {
  const [head = ''] = parts(path);
  const field = ALIASES[head] ?? head;
  return STEPS.find((step) => (step.fields as readonly string[]).includes(field))?.key ?? null;
}

/** The first step, in the wizard's order, that has a problem. */
export function firstStepOf(problems: readonly Problem[]): StepKey | null {
  const found = new Set(problems.map((problem) => stepOf(problem.path)));
  return STEPS.find((step) => found.has(step.key))?.key ?? null;
}

export function problemsOf(step: StepKey, problems: readonly Problem[]): Problem[] {
  return problems.filter((problem) => stepOf(problem.path) === step);
}

import { checkRule } from '@/features/rules/checkRule';
import { isEmptyRule } from '@/features/rules/ruleTree';
import { checkCycle, checkTrigger } from '@/features/schedule/checkSchedule';
import { isTriggered } from '@/features/schedule/scheduleTypes';
import { countCharacters, fixedLength, parseContent, previewOf, variablesOf } from './contentText';
import type { Problem } from './problems';
import { cleanName, type TaskForm } from './taskForm';
import { fitsKind, isTooLong, limitFor } from './valueKinds';

export const NAME_MAX = 60;
export const SUPPLEMENTARY_MAX = 100;
/** How long before its reach time a task must be submitted (spec §10.5). */
const SOONEST_MS = 60_000;
export const OPENID = /^[A-Za-z0-9_-]{16,64}$/;

/** What the rules need to know beside the form. */
export interface FormFacts {
  /** Business time, in milliseconds. */
  now: number;
  template: {
    removedAt: string | null;
    fields: readonly {
      key: string;
      kind: string;
      maxLength: number | null;
      enum: readonly string[];
    }[];
  } | null;
  upload: { channelID: string; status: string } | null;
}

export interface FormProblem extends Problem {
  /** `save`: not even a draft can hold it. `submit`: a draft may, a submitted task may not. */
  stops: 'save' | 'submit';
}

/** All client rules at once; pure, so that fields, autosave and submit agree. */
export function checkForm(form: TaskForm, facts: FormFacts): FormProblem[] {
  return [
    ...checkName(form),
    ...checkAudience(form),
    ...checkSupplementary(form),
    ...checkSchedule(form, facts),
    ...checkUpload(form, facts),
    ...checkMessage(form, facts),
    ...checkOpenMode(form),
  ];
}

function problem(
  stops: FormProblem['stops'],
  path: string,
  rule: string,
  params: Record<string, unknown> = {},
): FormProblem {
  return { stops, path, rule, message: rule, params };
}

function checkName(form: TaskForm): FormProblem[] {
  const length = countCharacters(cleanName(form.name));
  if (length === 0) return [problem('save', 'name', 'REQUIRED')];
  if (length > NAME_MAX) return [problem('save', 'name', 'TOO_LONG', { limit: NAME_MAX })];
  return [];
}

/**
 * R34, R24: a segment that is chosen, a rule that is whole. A draft may hold half a rule. R39, R43:
 * a list is for scheduled tasks alone, everybody for triggered ones.
 */
function checkAudience(form: TaskForm): FormProblem[] {
  if (form.audienceMode === 'UPLOAD' && isTriggered(form.type))
    return [problem('submit', 'audienceMode', 'SCHEDULED_ONLY')];
  if (form.audienceMode === 'ALL' && !isTriggered(form.type))
    return [problem('submit', 'audienceMode', 'TRIGGERED_ONLY')];
  if (form.audienceMode === 'SEGMENT' && form.segmentId === null)
    return [problem('submit', 'segmentId', 'REQUIRED')];
  if (form.audienceMode !== 'RULE') return [];
  if (isEmptyRule(form.rule)) return [problem('submit', 'rule', 'REQUIRED')];
  return checkRule(form.rule, null).length > 0 ? [problem('submit', 'rule', 'INCOMPLETE')] : [];
}

function checkSupplementary(form: TaskForm): FormProblem[] {
  if (form.audienceMode === 'ALL') return [];
  const wrong = form.supplementary.find((id) => !OPENID.test(id));
  if (wrong !== undefined)
    return [problem('save', 'supplementary', 'INVALID_ID', { value: wrong })];
  if (form.supplementary.length > SUPPLEMENTARY_MAX)
    return [problem('save', 'supplementary', 'TOO_MANY', { limit: SUPPLEMENTARY_MAX })];
  return [];
}

/** When: what the type has. A draft may hold half a cycle and half a trigger. */
function checkSchedule(form: TaskForm, facts: FormFacts): FormProblem[] {
  const { type, endsAt } = form;
  if (type === 'ONCE') return checkReachTime(form, facts);
  const [field, found] =
    type === 'REPEAT'
      ? (['cycle', checkCycle(form.cycle, facts.now)] as const)
      : ([
          'trigger',
          checkTrigger(form.trigger, { type, endsAt, now: facts.now, catalogue: null }),
        ] as const);
  return found.length > 0 ? [problem('submit', field, 'INCOMPLETE')] : [];
}

function checkReachTime(form: TaskForm, { now }: FormFacts): FormProblem[] {
  if (form.reachAt === null) return [problem('submit', 'reachAt', 'REQUIRED')];
  const ahead = Date.parse(form.reachAt) - now;
  if (ahead < 0) return [problem('submit', 'reachAt', 'IN_THE_PAST')];
  if (ahead < SOONEST_MS) return [problem('submit', 'reachAt', 'TOO_SOON')];
  return [];
}

function checkUpload(form: TaskForm, { upload }: FormFacts): FormProblem[] {
  if (form.audienceMode !== 'UPLOAD' || isTriggered(form.type)) return [];
  if (form.uploadId === null) return [problem('submit', 'uploadId', 'REQUIRED')];
  if (upload?.status === 'FAILED') return [problem('submit', 'uploadId', 'UPLOAD_FAILED')];
  if (upload && form.channelId !== null && upload.channelID !== form.channelId)
    return [problem('submit', 'uploadId', 'OTHER_CHANNEL')];
  return [];
}

function checkMessage(form: TaskForm, { template }: FormFacts): FormProblem[] {
  if (form.channelId === null) return [problem('submit', 'channelId', 'REQUIRED')];
  if (form.templateId === null) return [problem('submit', 'templateId', 'REQUIRED')];
  const found: FormProblem[] = [];
  if (template?.removedAt) found.push(problem('submit', 'templateId', 'TEMPLATE_REMOVED'));
  for (const field of template?.fields ?? []) {
    const rule = checkEventVariable(form, field.key) ?? checkText(form.content[field.key], field);
    if (rule) found.push({ ...rule, path: `content.${field.key}.text` });
  }
  return found;
}

/** Only what an event starts can say what the event was. */
function checkEventVariable({ type, content }: TaskForm, key: string): FormProblem | null {
  if (isTriggered(type)) return null;
  const variables = variablesOf(content[key]?.text ?? '');
  return variables.some(({ source }) => source === 'event')
    ? problem('submit', '', 'NO_EVENT')
    : null;
}

function checkText(
  param: TaskForm['content'][string] | undefined,
  field: NonNullable<FormFacts['template']>['fields'][number],
): FormProblem | null {
  const text = param?.text.trim() ?? '';
  if (text === '') return problem('submit', '', 'REQUIRED');
  if (parseContent(text).some((piece) => piece.kind === 'broken'))
    return problem('save', '', 'BROKEN_VARIABLE');
  const variables = variablesOf(text);
  const limit = limitFor(field.kind, field.maxLength, text);
  const isCut = param?.overlong === 'TRUNCATE';
  if (variables.length > 0 && limit !== null && fixedLength(text) >= limit && !isCut)
    return problem('submit', '', 'NO_ROOM', { limit });
  // With a value that is not known before somebody gets it, nothing more can be told here.
  if (variables.some((variable) => variable.fallback === null)) return null;
  return checkValue(previewOf(text), field, isCut, variables.length > 0);
}

function checkValue(
  value: string,
  field: NonNullable<FormFacts['template']>['fields'][number],
  isCut: boolean,
  hasDefaults: boolean,
): FormProblem | null {
  if (field.enum.length > 0 && !field.enum.includes(value))
    return problem('submit', '', 'NOT_IN_LIST', { list: field.enum.join('、') });
  if (!fitsKind(field.kind, value))
    return problem('submit', '', hasDefaults ? 'INVALID_DEFAULT' : 'VALUE_INVALID', {
      kind: field.kind,
    });
  if (isTooLong(field.kind, field.maxLength, value) && !isCut)
    return problem('submit', '', 'TOO_LONG', {
      limit: limitFor(field.kind, field.maxLength, value),
    });
  return null;
}

function checkOpenMode(form: TaskForm): FormProblem[] {
  if (form.openMode === null) return [problem('submit', 'openMode', 'REQUIRED')];
  if (form.openMode === 'H5') {
    if (form.openUrl.trim() === '') return [problem('submit', 'openUrl', 'REQUIRED')];
    if (!isWebLink(form.openUrl)) return [problem('submit', 'openUrl', 'INVALID_URL')];
  }
  if (form.openMode === 'MINI_PROGRAM') {
    const found: FormProblem[] = [];
    if (form.openAppId === '') found.push(problem('submit', 'openAppId', 'REQUIRED'));
    if (form.openPath.trim() === '') found.push(problem('submit', 'openPath', 'REQUIRED'));
    return found;
  }
  return [];
}

function isWebLink(text: string): boolean {
  try {
    return new URL(text.trim()).protocol === 'https:';
  } catch {
    return false;
  }
}

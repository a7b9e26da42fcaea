import { EMPTY_RULE, readRule, ruleInput } from '@/features/rules/ruleTree';
import type { Join } from '@/features/rules/ruleTypes';
import { cycleInput, EMPTY_CYCLE, readCycle } from '@/features/schedule/cycleForm';
import { type CycleForm, isTriggered, type TriggerForm } from '@/features/schedule/scheduleTypes';
import { EMPTY_TRIGGER, readTrigger, triggerInput } from '@/features/schedule/triggerForm';
import type { Role } from '@/features/segments/segmentForm';
import type { ResultOf, VariablesOf } from '@/shared/graphql/graphql';
import type { CreateDraft } from './createDraft';
import type { WizardTask } from './WizardTask';

export type TaskInput = VariablesOf<typeof CreateDraft>['input'];
type Task = ResultOf<typeof WizardTask>;

export interface ParamForm {
  text: string;
  overlong: 'DROP' | 'TRUNCATE';
}

/**
 * The wizard's form. Fields are named as in the API's TaskInput, so that a
 * problem's path leads straight to the field; `content` alone is by key, not a
 * list, because each parameter has an editor of its own.
 */
export interface TaskForm {
  name: string;
  method: Task['method'];
  groupIds: string[];
  campaignId: string | null;
  applicationId: string | null;
  audienceMode: Task['audienceMode'];
  /** user, or the code of another subject (R12). */
  subject: string;
  segmentId: string | null;
  /** For mode RULE; as the builder edits it. */
  rule: Join;
  listed: boolean;
  segmentRoles: Role[];
  refreshBefore: boolean;
  refreshFailure: Task['refreshFailure'];
  supplementary: string[];
  type: Task['type'];
  /** An instant, ISO 8601. */
  reachAt: string | null;
  /** For type REPEAT; as its editor holds it. */
  cycle: CycleForm;
  /** For the triggered types; as its editor holds it. */
  trigger: TriggerForm;
  /** The end of a triggered task; null is the one that the system fills in. */
  endsAt: string | null;
  approvalTimeout: Task['approvalTimeout'];
  channelId: string | null;
  uploadId: string | null;
  messageClass: Task['messageClass'];
  templateId: string | null;
  content: Record<string, ParamForm>;
  openMode: Task['openMode'];
  openUrl: string;
  openAppId: string;
  openPath: string;
  globalLimit: boolean;
  resendUnconfirmed: boolean;
}

/** A new task, with the defaults of spec §1.3b. */
export const EMPTY_FORM: TaskForm = {
  name: '',
  method: 'WECHAT_SUBSCRIPTION',
  groupIds: [],
  campaignId: null,
  applicationId: null,
  audienceMode: 'UPLOAD',
  subject: 'user',
  segmentId: null,
  rule: EMPTY_RULE,
  listed: true,
  segmentRoles: [],
  refreshBefore: true,
  refreshFailure: 'DO_NOT_SEND',
  supplementary: [],
  type: 'ONCE',
  reachAt: null,
  cycle: EMPTY_CYCLE,
  trigger: EMPTY_TRIGGER,
  endsAt: null,
  approvalTimeout: 'CANCEL',
  channelId: null,
  uploadId: null,
  messageClass: 'NORMAL',
  templateId: null,
  content: {},
  openMode: null,
  openUrl: '',
  openAppId: '',
  openPath: '',
  globalLimit: true,
  resendUnconfirmed: false,
};

/** A name as the server keeps it. */
export function cleanName(name: string): string {
  return name.trim().normalize('NFC');
}

/** The whole form as API input: what is empty is sent as null, so that the draft forgets it too. */
export function toTaskInput(form: TaskForm): TaskInput {
  return {
    name: cleanName(form.name),
    method: form.method,
    type: form.type,
    applicationId: form.applicationId,
    campaignId: form.campaignId,
    groupIds: form.groupIds,
    ...audienceInput(form),
    ...scheduleInput(form),
    approvalTimeout: form.approvalTimeout,
    channelId: form.channelId,
    messageClass: form.messageClass,
    templateId: form.templateId,
    content: Object.entries(form.content).map(([key, param]) => ({ key, ...param })),
    openMode: form.openMode,
    // What belongs to another open mode stays in the form while it is open, but is not saved.
    openUrl: form.openMode === 'H5' ? form.openUrl.trim() : '',
    openAppId: form.openMode === 'MINI_PROGRAM' ? form.openAppId : '',
    openPath: form.openMode === 'MINI_PROGRAM' ? form.openPath.trim() : '',
    globalLimit: form.globalLimit,
    resendUnconfirmed: form.resendUnconfirmed,
  };
}

/**
 * Whom the task is for. What belongs to another mode stays in the form while it is open, but is
 * not saved; a rule is kept however far it has got.
 */
function audienceInput(form: TaskForm): TaskInput {
  const mode = form.audienceMode;
  return {
    audienceMode: mode,
    subject: form.subject,
    uploadId: mode === 'UPLOAD' ? form.uploadId : null,
    segmentId: mode === 'SEGMENT' ? form.segmentId : null,
    rule: mode === 'RULE' ? ruleInput(form.rule) : null,
    listed: form.listed,
    segmentRoles: mode === 'RULE' ? form.segmentRoles : [],
    supplementary: mode === 'ALL' ? [] : form.supplementary,
    refreshBefore: form.refreshBefore,
    refreshFailure: form.refreshFailure,
  };
}

/**
 * When the task reaches people. What belongs to another type stays in the form while it is open,
 * but is not saved; a cycle and a trigger are kept however far they have got.
 */
function scheduleInput(form: TaskForm): TaskInput {
  const { type } = form;
  return {
    reachAt: type === 'ONCE' ? form.reachAt : null,
    cycle: type === 'REPEAT' ? cycleInput(form.cycle) : null,
    trigger: isTriggered(type) ? triggerInput(form.trigger, type) : null,
    endsAt: isTriggered(type) ? form.endsAt : null,
  };
}

/** A stored task as the form shows it. */
export function fromTask(task: Task): TaskForm {
  return {
    name: task.name,
    method: task.method,
    groupIds: task.groups.map((group) => group.id),
    campaignId: task.campaignID,
    applicationId: task.applicationID,
    audienceMode: task.audienceMode,
    subject: task.subject,
    segmentId: task.audienceMode === 'SEGMENT' ? task.segmentID : null,
    rule: readRule(task.rule),
    listed: task.listed,
    segmentRoles: (task.segmentRoles ?? []) as Role[],
    refreshBefore: task.refreshBefore,
    refreshFailure: task.refreshFailure,
    supplementary: task.supplementary ?? [],
    type: task.type,
    reachAt: task.reachAt,
    cycle: readCycle(task.cycle),
    trigger: readTrigger(task.trigger),
    endsAt: isTriggered(task.type) ? task.endsAt : null,
    approvalTimeout: task.approvalTimeout,
    channelId: task.channelID,
    uploadId: task.uploadID,
    messageClass: task.messageClass,
    templateId: task.templateID,
    content: Object.fromEntries(
      task.content.params.map(({ key, text, overlong }) => [key, { text, overlong }]),
    ),
    openMode: task.openMode,
    openUrl: task.openURL,
    openAppId: task.openAppID,
    openPath: task.openPath,
    globalLimit: task.globalLimit,
    resendUnconfirmed: task.resendUnconfirmed,
  };
}

/** The parameters of a template with what was written for those it shares with the last one. */
export function contentFor(
  fields: readonly { key: string }[],
  old: TaskForm['content'],
): TaskForm['content'] {
  return Object.fromEntries(
    fields.map(({ key }) => [key, old[key] ?? { text: '', overlong: 'DROP' as const }]),
  );
}

/**
 * R76: another channel clears the message content and keeps all other data.
 * The upload stays too, and is flagged as another channel's.
 */
export function withChannel(channelId: string | null): Partial<TaskForm> {
  return { channelId, templateId: null, content: {}, openAppId: '' };
}

import type { TaskForm } from './taskForm';

/** The six steps of a task, and the form's fields that each of them holds. */
export const STEPS = [
  { key: 'method', fields: ['method'] },
  { key: 'basic', fields: ['name', 'groupIds', 'campaignId', 'applicationId'] },
  {
    key: 'audience',
    fields: [
      'audienceMode',
      'subject',
      'rule',
      'segmentId',
      'listed',
      'segmentRoles',
      'supplementary',
    ],
  },
  {
    key: 'trigger',
    fields: [
      'type',
      'reachAt',
      'cycle',
      'trigger',
      'endsAt',
      'approvalTimeout',
      'refreshBefore',
      'refreshFailure',
    ],
  },
  {
    key: 'content',
    fields: [
      'channelId',
      'uploadId',
      'messageClass',
      'templateId',
      'content',
      'openMode',
      'openUrl',
      'openAppId',
      'openPath',
      'globalLimit',
      'resendUnconfirmed',
    ],
  },
  { key: 'metrics', fields: [] },
] as const satisfies readonly { key: string; fields: readonly (keyof TaskForm)[] }[];

export type StepKey = (typeof STEPS)[number]['key'];

/** Where the wizard stands: a step, or the review after the last one. */
export const PLACES = [
  'method',
  'basic',
  'audience',
  'trigger',
  'content',
  'metrics',
  'review',
] as const satisfies readonly (StepKey | 'review')[];
export type Place = (typeof PLACES)[number];

export function neighbours(place: Place): { previous: Place | null; next: Place | null } {
  const index = PLACES.indexOf(place);
  return { previous: PLACES[index - 1] ?? null, next: PLACES[index + 1] ?? null };
}

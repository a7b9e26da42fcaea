import { ruleInput } from '@/features/rules/ruleTree';
import type { Join } from '@/features/rules/ruleTypes';
import type { EnumOf, VariablesOf } from '@/shared/graphql/graphql';
import type { CreateSegment, SegmentFormData } from './segmentQueries';

export type SegmentInput = VariablesOf<typeof CreateSegment>['input'];
export type Role = EnumOf<'Role'>;

/** Roles that a segment can be limited to; administrators see all anyway (R31). */
export const LIMITED_ROLES = ['MARKETER', 'APPROVER', 'VIEWER'] as const satisfies readonly Role[];

export const NAME_MAX = 100;
export const DESCRIPTION_MAX = 500;

/** The form's fields, named as in the API so that a problem's path leads to its field. */
export interface SegmentForm {
  name: string;
  description: string;
  subject: string;
  updateMode: 'ON_DEMAND' | 'DAILY';
  dailyAt: string;
  listed: boolean;
  roles: Role[];
  channelId: string | null;
}

export const EMPTY_SEGMENT: SegmentForm = {
  name: '',
  description: '',
  subject: 'user',
  updateMode: 'ON_DEMAND',
  dailyAt: '06:00',
  listed: true,
  roles: [],
  channelId: null,
};

export function fromSegment(segment: SegmentFormData): SegmentForm {
  return {
    name: segment.name,
    description: segment.description,
    subject: segment.subject,
    updateMode: segment.updateMode,
    dailyAt: segment.dailyAt || EMPTY_SEGMENT.dailyAt,
    listed: segment.listed,
    roles: LIMITED_ROLES.filter((role) => segment.roles?.includes(role)),
    channelId: segment.channelID,
  };
}

/** The whole form as API input; the subject only when it is made, for it never changes. */
export function toSegmentInput(form: SegmentForm, rule: Join, isNew: boolean): SegmentInput {
  return {
    name: form.name.trim(),
    description: form.description.trim(),
    ...(isNew ? { subject: form.subject } : {}),
    rule: ruleInput(rule),
    updateMode: form.updateMode,
    ...(form.updateMode === 'DAILY' ? { dailyAt: form.dailyAt } : {}),
    listed: form.listed,
    roles: form.roles,
    channelId: form.channelId,
  };
}

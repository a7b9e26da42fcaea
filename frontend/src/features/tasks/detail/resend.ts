import { graphql } from '@/shared/graphql/graphql';
import type { ProgressBreakdown } from './taskPageQuery';

export const Resend = graphql(`
  mutation Resend($input: ResendInput!) {
    resend(input: $input) { id kind plannedAt status }
  }
`);

/** Outcomes that may be sent again. */
export const RESENDABLE = ['FAILED', 'NOT_SENT', 'UNCONFIRMED'] as const;
export type Resendable = (typeof RESENDABLE)[number];

/** Reasons of NOT_SENT after which nobody is sent to again: gate.NeverAgain. */
const NEVER: readonly string[] = ['TASK_ENDED', 'LATE', 'NOT_IN_AUDIENCE', 'DUPLICATE'];

export function isResendable(status: string, reason: string): status is Resendable {
  return RESENDABLE.some((one) => one === status) && !NEVER.includes(reason);
}

/** How many of each outcome may be sent to again. */
export function resendCounts(progress: ProgressBreakdown): Record<Resendable, number> {
  const never = progress.reasons.filter(
    ({ status, reason }) => status === 'NOT_SENT' && NEVER.includes(reason),
  );
  return {
    FAILED: progress.failed,
    NOT_SENT: Math.max(0, progress.notSent - never.reduce((sum, { count }) => sum + count, 0)),
    UNCONFIRMED: progress.unconfirmed,
  };
}

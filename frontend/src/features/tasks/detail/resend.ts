import { graphql } from '@/shared/graphql/graphql';

export const Resend = graphql(`
  mutation Resend($input: ResendInput!) {
    resend(input: $input) { id kind plannedAt status }
  }
`);

/** Outcomes that may be sent again, and the counts they stand in. */
export const RESENDABLE = [
  { status: 'FAILED', count: 'failed' },
  { status: 'NOT_SENT', count: 'notSent' },
  { status: 'UNCONFIRMED', count: 'unconfirmed' },
] as const;
export type Resendable = (typeof RESENDABLE)[number]['status'];

export function isResendable(status: string): status is Resendable {
  return RESENDABLE.some((one) => one.status === status);
}

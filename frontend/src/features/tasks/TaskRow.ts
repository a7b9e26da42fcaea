import { graphql, type ResultOf } from '@/shared/graphql/graphql';

/** The counts of a task or a run. Every candidate is in exactly one of them. */
export const ProgressCounts = graphql(`
  fragment ProgressCounts on Progress @_unmask {
    total
    waiting
    sending
    sent
    failed
    notSent
    unconfirmed
    deferred
    rate
  }
`);

/** What a row of the task list shows, and what every operation brings up to date. */
export const TaskRow = graphql(
  `
  fragment TaskRow on Task @_unmask {
    id
    name
    type
    method
    status
    approvalStatus
    statusReason
    statusText
    operations
    reachAt
    startsAt
    endsAt
    createdAt
    startedAt
    endedAt
    creator { id name }
    channel { id name }
    groups { id name }
    campaign { id name }
    approval { id status submittedAt decidedAt comment }
    progress { ...ProgressCounts }
  }
`,
  [ProgressCounts],
);

export type TaskRowData = ResultOf<typeof TaskRow>;
export type Counts = ResultOf<typeof ProgressCounts>;
export type TaskStatus = TaskRowData['status'];
export type TaskOperation = TaskRowData['operations'][number];

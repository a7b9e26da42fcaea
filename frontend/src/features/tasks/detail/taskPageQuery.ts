import { graphql, type ResultOf } from '@/shared/graphql/graphql';
import { TaskConfiguration } from '../TaskConfiguration';
import { ProgressCounts, TaskRow } from '../TaskRow';

export const Breakdown = graphql(
  `
  fragment Breakdown on Progress @_unmask {
    ...ProgressCounts
    reasons { status reason count explanation { code zh en } }
  }
`,
  [ProgressCounts],
);

export const RunRow = graphql(
  `
  fragment RunRow on Run @_unmask {
    id
    kind
    plannedAt
    status
    refreshStartedAt
    refreshEndedAt
    refreshResult
    audienceSize
    failure
    failureText
    startedAt
    endedAt
    progress { ...Breakdown }
  }
`,
  [Breakdown],
);

/** What changes while a task runs: everything the overview shows. */
const TaskLive = graphql(
  `
  fragment TaskLive on Task @_unmask {
    ...TaskRow
    submittedAt
    approvedAt
    discarded
    progress { ...Breakdown }
    runs(first: 20, orderBy: { field: PLANNED_AT, direction: DESC }) {
      totalCount
      edges { node { ...RunRow } }
    }
  }
`,
  [TaskRow, Breakdown, RunRow],
);

const ApprovalRow = graphql(`
  fragment ApprovalRow on Approval @_unmask {
    id
    status
    submittedAt
    decidedAt
    expiresAt
    urgedAt
    comment
    submitter { id name }
    decider { id name }
  }
`);

export const TaskPageQuery = graphql(
  `
  query TaskPage($id: ID!) {
    node(id: $id) {
      __typename
      id
      ... on Task {
        ...TaskLive
        ...TaskConfiguration
        approvals(first: 50, orderBy: { field: SUBMITTED_AT, direction: DESC }) {
          edges { node { ...ApprovalRow } }
        }
      }
    }
  }
`,
  [TaskLive, TaskConfiguration, ApprovalRow],
);

export const TaskPageProgressed = graphql(
  `
  subscription TaskPageProgressed($ids: [ID!]!) {
    taskProgressed(ids: $ids) { ...TaskLive }
  }
`,
  [TaskLive],
);

type Node = NonNullable<ResultOf<typeof TaskPageQuery>['node']>;
export type TaskPageData = Extract<Node, { __typename: 'Task' }>;
export type RunRowData = ResultOf<typeof RunRow>;
export type ApprovalRowData = ResultOf<typeof ApprovalRow>;
export type ProgressBreakdown = ResultOf<typeof Breakdown>;
export type ReasonCount = ProgressBreakdown['reasons'][number];

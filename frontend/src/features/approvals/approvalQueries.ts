import { TaskConfiguration } from '@/features/tasks/TaskConfiguration';
import { graphql, type ResultOf, type VariablesOf } from '@/shared/graphql/graphql';
import type { ApprovalTab } from './approvalSearch';
import { type Viewer, waitingFor } from './waitingFor';

export const ApprovalItem = graphql(`
  fragment ApprovalItem on Approval @_unmask {
    id
    status
    submittedAt
    submitter { id name }
    task { id name type reachAt startsAt }
  }
`);

export const ApprovalListQuery = graphql(
  `
  query ApprovalList($first: Int, $after: Cursor, $where: ApprovalWhereInput) {
    approvals(
      first: $first
      after: $after
      where: $where
      orderBy: { field: SUBMITTED_AT, direction: DESC }
    ) {
      totalCount
      pageInfo { hasNextPage endCursor }
      edges { node { ...ApprovalItem } }
    }
  }
`,
  [ApprovalItem],
);

const ApprovalDetail = graphql(
  `
  fragment ApprovalDetail on Approval @_unmask {
    ...ApprovalItem
    expiresAt
    decidedAt
    comment
    urgedAt
    decider { id name }
    canDecide
    whyNot
    task { ...TaskConfiguration status operations }
  }
`,
  [ApprovalItem, TaskConfiguration],
);

export const ApprovalQuery = graphql(
  `
  query ApprovalDetail($id: ID!) {
    node(id: $id) { __typename id ... on Approval { ...ApprovalDetail } }
  }
`,
  [ApprovalDetail],
);

export const Approve = graphql(
  `mutation Approve($id: ID!, $comment: String) {
    approve(id: $id, comment: $comment) { ...ApprovalDetail }
  }`,
  [ApprovalDetail],
);

export const Reject = graphql(
  `mutation Reject($id: ID!, $comment: String!) {
    reject(id: $id, comment: $comment) { ...ApprovalDetail }
  }`,
  [ApprovalDetail],
);

export type ApprovalItemData = ResultOf<typeof ApprovalItem>;
export type ApprovalData = ResultOf<typeof ApprovalDetail>;
type Where = NonNullable<VariablesOf<typeof ApprovalListQuery>['where']>;

/** The approvals of a tab. */
export function whereOf(tab: ApprovalTab, viewer: Viewer): Where {
  switch (tab) {
    case 'todo':
      return waitingFor(viewer);
    case 'mine':
      return { submitterID: viewer.accountId };
    case 'done':
      return { deciderID: viewer.accountId };
  }
}

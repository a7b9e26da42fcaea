import { graphql } from '@/shared/graphql/graphql';
import { TaskRow } from './TaskRow';

export const TaskListQuery = graphql(
  `
  query TaskList(
    $first: Int
    $after: Cursor
    $last: Int
    $before: Cursor
    $orderBy: TaskOrder
    $where: TaskWhereInput
  ) {
    tasks(
      first: $first
      after: $after
      last: $last
      before: $before
      orderBy: $orderBy
      where: $where
    ) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      edges { node { ...TaskRow } }
    }
  }
`,
  [TaskRow],
);

/** The rows again whenever their counts or status change. */
export const TaskProgressed = graphql(
  `
  subscription TaskProgressed($ids: [ID!]!) {
    taskProgressed(ids: $ids) { ...TaskRow }
  }
`,
  [TaskRow],
);

export const TaskFilterOptions = graphql(`
  query TaskFilterOptions {
    channels(first: 100, orderBy: { field: NAME }) { edges { node { id name } } }
    campaigns(first: 100, orderBy: { field: NAME }) { edges { node { id name } } }
  }
`);

/** Apart from the other options: not everybody may see the members. */
export const TaskCreators = graphql(`
  query TaskCreators {
    members(first: 100) { edges { node { id account { id name } } } }
  }
`);

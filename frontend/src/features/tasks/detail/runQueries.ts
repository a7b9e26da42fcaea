import { graphql } from '@/shared/graphql/graphql';
import { pageArguments } from '@/shared/ui/CursorPager';
import type { TaskDetailSearch } from '../taskDetailSearch';
import { RunRow } from './taskPageQuery';

/** Execution records, newest first (spec 1.5). */
export const RunRecordsQuery = graphql(
  `
  query RunRecords(
    $id: ID!
    $first: Int
    $after: Cursor
    $last: Int
    $before: Cursor
    $where: RunWhereInput
  ) {
    node(id: $id) {
      __typename
      id
      ... on Task {
        runs(
          first: $first
          after: $after
          last: $last
          before: $before
          where: $where
          orderBy: { field: PLANNED_AT, direction: DESC }
        ) {
          totalCount
          pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
          edges { node { ...RunRow } }
        }
      }
    }
  }
`,
  [RunRow],
);

/** One run, of those that are not among the newest. */
export const ChosenRunQuery = graphql(
  `
  query ChosenRun($id: ID!) {
    node(id: $id) { __typename id ... on Run { taskID ...RunRow } }
  }
`,
  [RunRow],
);

/** Runs that have something to count, for pickers; older ones are chosen from the records. */
export const RunChoicesQuery = graphql(`
  query RunChoices($id: ID!, $first: Int!) {
    node(id: $id) {
      __typename
      id
      ... on Task {
        runs(
          first: $first
          where: { statusNotIn: [WAITING, SKIPPED] }
          orderBy: { field: PLANNED_AT, direction: DESC }
        ) {
          totalCount
          edges { node { id kind plannedAt status } }
        }
      }
    }
  }
`);

/** The variables of the records for what stands in the address. */
export function toRunVariables(
  id: string,
  { state, after, before }: Pick<TaskDetailSearch, 'state' | 'after' | 'before'>,
) {
  return {
    id,
    ...pageArguments({ after, before }),
    where: state ? { statusIn: state } : {},
  };
}

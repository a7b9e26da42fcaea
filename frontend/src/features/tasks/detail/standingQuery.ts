import { graphql, type ResultOf } from '@/shared/graphql/graphql';
import { Breakdown } from './taskPageQuery';

/** What a triggered task has in store, and what each day brought. */
export const TaskStandingQuery = graphql(
  `
  query TaskStanding($id: ID!) {
    node(id: $id) {
      __typename
      id
      ... on Task {
        startsAt
        endsAt
        endedAt
        discarded
        trigger { a { from to } b { wait { value unit } } }
        standing {
          judging
          pending
          nextAt
          days { day run { id } progress { ...Breakdown } }
        }
      }
    }
  }
`,
  [Breakdown],
);

type Node = NonNullable<ResultOf<typeof TaskStandingQuery>['node']>;
export type StandingTask = Extract<Node, { __typename: 'Task' }>;
export type Standing = NonNullable<StandingTask['standing']>;

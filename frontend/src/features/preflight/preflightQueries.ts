import { graphql, type ResultOf } from '@/shared/graphql/graphql';

const PreflightFields = graphql(`
  fragment PreflightFields on Preflight @_unmask {
    id
    status
    done
    total
    failure
    failureText
    stale
    createdAt
    endedAt
    creator { id name }
    result {
      candidates
      willSend
      steps { reason count explanation { code zh en } }
      examined
      rate
      seconds
      startsAt
      segmentAt
      samples { target content { key label value } reason }
    }
  }
`);

/** The newest rehearsal of a task, with what its samples need to look like messages. */
export const TaskPreflightQuery = graphql(
  `
  query TaskPreflight($id: ID!) {
    node(id: $id) {
      __typename
      id
      ... on Task {
        openMode
        channel { id name }
        template { id title }
        preflight { ...PreflightFields }
      }
    }
  }
`,
  [PreflightFields],
);

export const RunPreflight = graphql(
  `
  mutation RunPreflight($id: ID!) {
    preflightTask(id: $id) { ...PreflightFields }
  }
`,
  [PreflightFields],
);

type Node = NonNullable<ResultOf<typeof TaskPreflightQuery>['node']>;
export type PreflightTask = Extract<Node, { __typename: 'Task' }>;
export type PreflightData = ResultOf<typeof PreflightFields>;
export type PreflightOutcome = NonNullable<PreflightData['result']>;
export type PreflightSample = PreflightOutcome['samples'][number];

import { graphql, type ResultOf } from '@/shared/graphql/graphql';

const BacktestFields = graphql(`
  fragment BacktestFields on Backtest @_unmask {
    id
    status
    days
    events
    progress
    failure
    failureText
    stale
    createdAt
    endedAt
    creator { id name }
    result {
      days { day fired messages people late notInAudience done }
      events
      messages
      people
      waiting
      sample { person { id number label } doneAt sentAt }
    }
  }
`);

/** The newest backtest of a task. */
export const TaskBacktestQuery = graphql(
  `
  query TaskBacktest($id: ID!) {
    node(id: $id) {
      __typename
      id
      ... on Task { type backtest { ...BacktestFields } }
    }
  }
`,
  [BacktestFields],
);

export const RunBacktest = graphql(
  `
  mutation RunBacktest($id: ID!, $days: Int!) {
    backtestTask(id: $id, days: $days) { ...BacktestFields }
  }
`,
  [BacktestFields],
);

export const CancelBacktest = graphql(
  `
  mutation CancelBacktest($id: ID!) {
    cancelBacktest(id: $id) { ...BacktestFields }
  }
`,
  [BacktestFields],
);

export type BacktestData = ResultOf<typeof BacktestFields>;
export type BacktestOutcome = NonNullable<BacktestData['result']>;
export type BacktestDay = BacktestOutcome['days'][number];
export type BacktestSample = BacktestOutcome['sample'][number];

import { graphql, type ResultOf, type VariablesOf } from '@/shared/graphql/graphql';
import { pageArguments } from '@/shared/ui/CursorPager';
import type { TaskDetailSearch } from '../taskDetailSearch';

export const DeliveryRow = graphql(`
  fragment DeliveryRow on Delivery @_unmask {
    id
    person
    profile { id }
    target
    status
    reason
    text
    explanation { code zh en }
    messageId
    tries
    content { key label value }
    claimedAt
    settledAt
    run { id kind plannedAt }
  }
`);

export const DeliveriesQuery = graphql(
  `
  query Deliveries(
    $id: ID!
    $first: Int
    $after: Cursor
    $last: Int
    $before: Cursor
    $where: DeliveryWhereInput
  ) {
    node(id: $id) {
      __typename
      id
      ... on Task {
        deliveries(first: $first, after: $after, last: $last, before: $before, where: $where) {
          totalCount
          pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
          edges { node { ...DeliveryRow } }
        }
      }
    }
  }
`,
  [DeliveryRow],
);

export type DeliveryData = ResultOf<typeof DeliveryRow>;
type Variables = VariablesOf<typeof DeliveriesQuery>;
export type DeliveryFilter = Pick<TaskDetailSearch, 'run' | 'outcome' | 'reason' | 'target'>;

/** The recipient table's variables for what stands in the address. */
export function toDeliveryVariables(id: string, search: TaskDetailSearch): Variables {
  const { run, outcome, reason, target, after, before } = search;
  return {
    id,
    ...pageArguments({ after, before }),
    where: {
      ...(run ? { runID: run } : {}),
      ...(outcome ? { statusIn: outcome } : {}),
      ...(reason ? { reasonIn: [reason] } : {}),
      ...(target ? { target: target.trim() } : {}),
    },
  };
}

/** The address of the CSV with the rows of a view, all pages. A link carries no headers, so it names the project. */
export function exportAddress(
  id: string,
  filter: DeliveryFilter,
  { project, locale }: { project: string; locale: string },
): string {
  const query = new URLSearchParams({ task: id });
  if (filter.run) query.set('run', filter.run);
  if (filter.outcome) query.set('status', filter.outcome.join());
  if (filter.reason) query.set('reason', filter.reason);
  if (filter.target) query.set('target', filter.target.trim());
  query.set('project', project);
  query.set('locale', locale);
  return `/export/deliveries?${query}`;
}

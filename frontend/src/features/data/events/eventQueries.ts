import { graphql, type ResultOf } from '@/shared/graphql/graphql';
import { PropertyRow } from '../properties/propertyQueries';

export const EventRow = graphql(`
  fragment EventRow on EventType @_unmask {
    id
    name
    displayName
    description
    enabled
    lastAt
    counts { day count }
  }
`);
export type EventData = ResultOf<typeof EventRow>;

export const EventListQuery = graphql(
  `
  query EventList(
    $first: Int
    $after: Cursor
    $last: Int
    $before: Cursor
    $where: EventTypeWhereInput
  ) {
    eventTypes(
      first: $first
      after: $after
      last: $last
      before: $before
      where: $where
      orderBy: { field: NAME, direction: ASC }
    ) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      edges { node { ...EventRow } }
    }
  }
`,
  [EventRow],
);

export const EventQuery = graphql(
  `
  query Event($id: ID!) {
    node(id: $id) {
      __typename
      id
      ... on EventType {
        ...EventRow
        createdAt
        properties { ...PropertyRow }
      }
    }
  }
`,
  [EventRow, PropertyRow],
);
export type EventDetail = Extract<
  NonNullable<ResultOf<typeof EventQuery>['node']>,
  { __typename: 'EventType' }
>;

export const UpdateEvent = graphql(`
  mutation UpdateEvent($id: ID!, $displayName: String, $description: String, $enabled: Boolean) {
    updateEventType(
      id: $id
      displayName: $displayName
      description: $description
      enabled: $enabled
    ) { id name displayName description enabled }
  }
`);

import { graphql, type ResultOf } from '@/shared/graphql/graphql';

export const StreamQuery = graphql(`
  query Stream($event: String, $refused: Boolean) {
    recentEvents(event: $event, refused: $refused, first: 50) {
      receivedAt
      at
      event
      personId
      identity
      properties
      refused
      field
      rule
      message
    }
  }
`);
export type StreamEvent = ResultOf<typeof StreamQuery>['recentEvents'][number];

export const RefusedQuery = graphql(`
  query Refused($rule: String, $after: Cursor) {
    refusedEvents(rule: $rule, after: $after, first: 20) {
      pageInfo { hasNextPage endCursor }
      edges { cursor node { id receivedAt source field rule message body } }
    }
  }
`);
export type RefusedEvent = ResultOf<typeof RefusedQuery>['refusedEvents']['edges'][number]['node'];

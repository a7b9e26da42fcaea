import { graphql, type ResultOf } from '@/shared/graphql/graphql';
import { PersonRow } from './peopleQuery';

/** A person with everything but their events and messages, which have lists of their own. */
export const PersonQuery = graphql(
  `
  query Person($id: ID!) {
    node(id: $id) {
      __typename
      id
      ... on Person {
        ...PersonRow
        subject
        attributes { name displayName type value }
        mergedFrom
        conflicts { at other type value otherValue joinedBy }
        segments { id name size computedAt }
      }
    }
  }
`,
  [PersonRow],
);
export type PersonData = Extract<
  NonNullable<ResultOf<typeof PersonQuery>['node']>,
  { __typename: 'Person' }
>;

export const UpdatePerson = graphql(`
  mutation UpdatePerson($id: ID!, $attributes: JSON, $tags: JSON) {
    updatePerson(id: $id, attributes: $attributes, tags: $tags) {
      id
      label
      attributes { name displayName type value }
      tags { name displayName type value }
    }
  }
`);

export const PersonEventsQuery = graphql(`
  query PersonEvents($id: ID!, $event: String, $after: Cursor) {
    node(id: $id) {
      __typename
      id
      ... on Person {
        events(event: $event, after: $after) {
          pageInfo { hasNextPage endCursor }
          edges { cursor node { at receivedAt event displayName source properties } }
        }
      }
    }
  }
`);

export const PersonDeliveriesQuery = graphql(`
  query PersonDeliveries($id: ID!, $statusIn: [DeliveryStatus!], $after: Cursor) {
    node(id: $id) {
      __typename
      id
      ... on Person {
        deliveries(statusIn: $statusIn, after: $after) {
          pageInfo { hasNextPage endCursor }
          edges {
            cursor
            node {
              id
              target
              status
              reason
              text
              explanation { code zh en }
              content { key label value }
              claimedAt
              settledAt
              task { id name }
            }
          }
        }
      }
    }
  }
`);

/** Events that can be picked by name. */
export const EventNamesQuery = graphql(`
  query EventNames($where: EventTypeWhereInput) {
    eventTypes(first: 100, where: $where, orderBy: { field: NAME, direction: ASC }) {
      edges { node { id name displayName } }
    }
  }
`);

/** The attributes or tags that can be filled in by hand. */
export const DeclaredValuesQuery = graphql(`
  query DeclaredValues($owner: PropertyOwner!) {
    properties(
      first: 200
      where: { owner: $owner, enabled: true }
      orderBy: { field: NAME, direction: ASC }
    ) {
      edges { node { id name displayName type } }
    }
  }
`);

import { graphql, type ResultOf } from '@/shared/graphql/graphql';

/** A person as a list shows them. */
export const PersonRow = graphql(`
  fragment PersonRow on Person @_unmask {
    id
    number
    label
    stub
    createdAt
    identities { type typeName value invalid boundAt }
    tags { name displayName type value }
  }
`);
export type PersonRowData = ResultOf<typeof PersonRow>;

export const PeopleQuery = graphql(
  `
  query People($search: String, $subject: String!, $after: Cursor) {
    people(search: $search, subject: $subject, after: $after) {
      pageInfo { hasNextPage endCursor }
      edges { cursor node { ...PersonRow } }
    }
  }
`,
  [PersonRow],
);

/** The kinds of entity that can be looked for beside people (R12). */
export const SubjectNamesQuery = graphql(`
  query SubjectNames {
    subjects(first: 100) { edges { node { id code name } } }
  }
`);

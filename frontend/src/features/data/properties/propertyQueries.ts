import { type EnumOf, graphql, type ResultOf } from '@/shared/graphql/graphql';

export type PropertyType = EnumOf<'PropertyType'>;
export type PropertyOwner = EnumOf<'PropertyOwner'>;

export const PROPERTY_TYPES = [
  'TEXT',
  'NUMBER',
  'BOOLEAN',
  'DATE',
  'DATETIME',
  'LIST',
  'OBJECT',
] as const satisfies readonly PropertyType[];

/** A column of a table holds no objects. */
export const COLUMN_TYPES = PROPERTY_TYPES.filter((type) => type !== 'OBJECT');

/** One entry of the catalogue: an attribute, a tag, a property of an event or a column of a table. */
export const PropertyRow = graphql(`
  fragment PropertyRow on Property @_unmask {
    id
    name
    displayName
    description
    type
    enabled
    conflicts
  }
`);
export type PropertyData = ResultOf<typeof PropertyRow>;

export const PropertyListQuery = graphql(
  `
  query PropertyList(
    $first: Int
    $after: Cursor
    $last: Int
    $before: Cursor
    $where: PropertyWhereInput
  ) {
    properties(
      first: $first
      after: $after
      last: $last
      before: $before
      where: $where
      orderBy: { field: NAME, direction: ASC }
    ) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      edges { node { ...PropertyRow } }
    }
  }
`,
  [PropertyRow],
);

export const CreateProperty = graphql(
  `
  mutation CreateProperty(
    $owner: PropertyOwner!
    $ownerId: ID
    $name: String!
    $type: PropertyType!
    $displayName: String
  ) {
    createProperty(
      owner: $owner
      ownerId: $ownerId
      name: $name
      type: $type
      displayName: $displayName
    ) { ...PropertyRow }
  }
`,
  [PropertyRow],
);

export const UpdateProperty = graphql(
  `
  mutation UpdateProperty($id: ID!, $input: PropertyInput!) {
    updateProperty(id: $id, input: $input) { ...PropertyRow }
  }
`,
  [PropertyRow],
);

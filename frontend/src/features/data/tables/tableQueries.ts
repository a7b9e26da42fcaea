import { graphql, type ResultOf, type VariablesOf } from '@/shared/graphql/graphql';
import { PropertyRow } from '../properties/propertyQueries';

export const TableRow = graphql(`
  fragment TableRow on DetailTable @_unmask {
    id
    name
    displayName
    description
    kind
    idType
    personColumn
    dateColumn
    rows
    importedAt
    createdAt
  }
`);
export type TableData = ResultOf<typeof TableRow>;

export const TableListQuery = graphql(
  `
  query TableList(
    $first: Int
    $after: Cursor
    $last: Int
    $before: Cursor
    $where: DetailTableWhereInput
  ) {
    detailTables(first: $first, after: $after, last: $last, before: $before, where: $where) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      edges { node { ...TableRow } }
    }
  }
`,
  [TableRow],
);

export const TableQuery = graphql(
  `
  query DetailTable($id: ID!) {
    node(id: $id) {
      __typename
      id
      ... on DetailTable {
        ...TableRow
        columns { ...PropertyRow }
        sample { at personId data }
      }
    }
  }
`,
  [TableRow, PropertyRow],
);
export type TableDetail = Extract<
  NonNullable<ResultOf<typeof TableQuery>['node']>,
  { __typename: 'DetailTable' }
>;

export const CreateTable = graphql(
  `
  mutation CreateTable($input: DetailTableInput!) {
    createDetailTable(input: $input) { ...TableRow }
  }
`,
  [TableRow],
);
export type TableInput = VariablesOf<typeof CreateTable>['input'];

export const UpdateTable = graphql(
  `
  mutation UpdateTable($id: ID!, $input: DetailTableInput!) {
    updateDetailTable(id: $id, input: $input) { ...TableRow columns { ...PropertyRow } }
  }
`,
  [TableRow, PropertyRow],
);

export const DeleteTable = graphql(`
  mutation DeleteTable($id: ID!) {
    deleteDetailTable(id: $id)
  }
`);

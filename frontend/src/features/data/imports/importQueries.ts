import { graphql, type ResultOf, type VariablesOf } from '@/shared/graphql/graphql';
import type { Tone } from '@/shared/ui/StatusTag';
import type { ImportStatus } from './importWords';

export const IMPORT_TONE: Record<ImportStatus, Tone> = {
  RECEIVING: 'waiting',
  RUNNING: 'active',
  DONE: 'good',
  FAILED: 'bad',
  CANCELLED: 'neutral',
};

/** Whether something will still happen to an import by itself. */
export const isOpen = (status: ImportStatus) => status === 'RECEIVING' || status === 'RUNNING';

export const ImportRow = graphql(`
  fragment ImportRow on DataImport @_unmask {
    id
    createdAt
    kind
    fileName
    status
    size
    received
    consumed
    rows
    stored
    duplicate
    refused
    failure
    failureText
    endedAt
    table { id name displayName }
    source { id name }
    creator { id name }
  }
`);
export type ImportData = ResultOf<typeof ImportRow>;

export const ImportListQuery = graphql(
  `
  query ImportList(
    $first: Int
    $after: Cursor
    $last: Int
    $before: Cursor
    $where: DataImportWhereInput
  ) {
    imports(
      first: $first
      after: $after
      last: $last
      before: $before
      where: $where
      orderBy: { field: CREATED_AT, direction: DESC }
    ) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      edges { node { ...ImportRow } }
    }
  }
`,
  [ImportRow],
);

export const ImportQuery = graphql(
  `
  query Import($id: ID!) {
    node(id: $id) {
      __typename
      id
      ... on DataImport {
        ...ImportRow
        resumeAt
        errorReport
        errors { row field rule value }
      }
    }
  }
`,
  [ImportRow],
);
export type ImportDetail = Extract<
  NonNullable<ResultOf<typeof ImportQuery>['node']>,
  { __typename: 'DataImport' }
>;

export const ResumeQuery = graphql(`
  query ImportResume($id: ID!) {
    node(id: $id) {
      __typename
      id
      ... on DataImport { status received resumeAt }
    }
  }
`);

export const CreateImport = graphql(
  `
  mutation CreateImport($input: ImportInput!) {
    createImport(input: $input) { ...ImportRow resumeAt }
  }
`,
  [ImportRow],
);
export type ImportInput = VariablesOf<typeof CreateImport>['input'];

export const CancelImport = graphql(
  `
  mutation CancelImport($id: ID!) {
    cancelImport(id: $id) { ...ImportRow }
  }
`,
  [ImportRow],
);

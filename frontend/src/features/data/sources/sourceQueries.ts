import { type EnumOf, graphql, type ResultOf } from '@/shared/graphql/graphql';

export type SourceKind = EnumOf<'EventSourceKind'>;
export const SOURCE_KINDS = ['REALTIME', 'OFFLINE_DAILY'] as const satisfies readonly SourceKind[];

export const SourceRow = graphql(`
  fragment SourceRow on EventSource @_unmask {
    id
    name
    kind
    keyHint
    enabled
    lastEventAt
    createdAt
  }
`);
export type SourceData = ResultOf<typeof SourceRow>;

export const SourceListQuery = graphql(
  `
  query SourceList(
    $first: Int
    $after: Cursor
    $last: Int
    $before: Cursor
    $where: EventSourceWhereInput
  ) {
    eventSources(first: $first, after: $after, last: $last, before: $before, where: $where) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      edges { node { ...SourceRow } }
    }
  }
`,
  [SourceRow],
);

export const CreateSource = graphql(
  `
  mutation CreateSource($name: String!, $kind: EventSourceKind!) {
    createEventSource(name: $name, kind: $kind) { writeKey source { ...SourceRow } }
  }
`,
  [SourceRow],
);

export const UpdateSource = graphql(
  `
  mutation UpdateSource($id: ID!, $name: String, $enabled: Boolean) {
    updateEventSource(id: $id, name: $name, enabled: $enabled) { ...SourceRow }
  }
`,
  [SourceRow],
);

export const RotateWriteKey = graphql(
  `
  mutation RotateWriteKey($id: ID!) {
    rotateWriteKey(id: $id) { writeKey source { ...SourceRow } }
  }
`,
  [SourceRow],
);

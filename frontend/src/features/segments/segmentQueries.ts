import { graphql, type ResultOf } from '@/shared/graphql/graphql';

/** A segment as lists and pickers show it. */
export const SegmentRow = graphql(`
  fragment SegmentRow on Segment @_unmask {
    id
    name
    description
    subject
    updateMode
    dailyAt
    listed
    status
    failure
    failureText
    size
    computedAt
    nextAt
    editable
    creatorID
    creator { id name }
    rule
  }
`);
export type SegmentRowData = ResultOf<typeof SegmentRow>;

export const SegmentListQuery = graphql(
  `
  query SegmentList($first: Int, $after: Cursor, $last: Int, $before: Cursor, $where: SegmentWhereInput) {
    segments(
      first: $first
      after: $after
      last: $last
      before: $before
      where: $where
      orderBy: { field: CREATED_AT, direction: DESC }
    ) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      edges { node { ...SegmentRow } }
    }
  }
`,
  [SegmentRow],
);

export const SegmentPageQuery = graphql(
  `
  query SegmentPage($id: ID!) {
    node(id: $id) {
      __typename
      id
      ... on Segment {
        ...SegmentRow
        createdAt
        roles
        channel { id name }
        reachable
        trend { at size }
        originTask { id name }
        tasks { id name status }
        usedBy { id name }
        versions(first: 30, orderBy: { field: SEQ, direction: DESC }) {
          edges { node { id seq status cause size failure failureText computedAt tookMs } }
        }
      }
    }
  }
`,
  [SegmentRow],
);
export type SegmentPageData = Extract<
  NonNullable<ResultOf<typeof SegmentPageQuery>['node']>,
  { __typename: 'Segment' }
>;
export type VersionData = NonNullable<
  NonNullable<NonNullable<SegmentPageData['versions']['edges']>[number]>['node']
>;

/** What the form of a segment starts from. */
export const SegmentFormQuery = graphql(`
  query SegmentForm($id: ID!) {
    node(id: $id) {
      __typename
      id
      ... on Segment {
        name
        description
        subject
        rule
        updateMode
        dailyAt
        listed
        roles
        channelID
        editable
        originTask { id name }
      }
    }
  }
`);
export type SegmentFormData = Extract<
  NonNullable<ResultOf<typeof SegmentFormQuery>['node']>,
  { __typename: 'Segment' }
>;

export const SegmentMembersQuery = graphql(`
  query SegmentMembers($id: ID!, $after: Cursor) {
    node(id: $id) {
      __typename
      id
      ... on Segment {
        members(after: $after, first: 20) {
          pageInfo { hasNextPage endCursor }
          edges { node { id label number identities { type typeName value } } }
        }
      }
    }
  }
`);

export const RefreshSegment = graphql(
  `
  mutation RefreshSegment($id: ID!) {
    refreshSegment(id: $id) { ...SegmentRow }
  }
`,
  [SegmentRow],
);

export const DeleteSegment = graphql(`
  mutation DeleteSegment($id: ID!) {
    deleteSegment(id: $id)
  }
`);

export const CreateSegment = graphql(
  `
  mutation CreateSegment($input: SegmentInput!) {
    createSegment(input: $input) { ...SegmentRow }
  }
`,
  [SegmentRow],
);

export const UpdateSegment = graphql(
  `
  mutation UpdateSegment($id: ID!, $input: SegmentInput!) {
    updateSegment(id: $id, input: $input) { ...SegmentRow }
  }
`,
  [SegmentRow],
);

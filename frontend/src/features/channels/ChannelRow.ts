import { graphql } from '@/shared/graphql/graphql';

/** What the list and the page show of a channel; its secret is never among it. */
export const ChannelRow = graphql(`
  fragment ChannelRow on Channel @_unmask {
    id
    name
    appID
    originalID
    qpsLimit
    programState
    lang
    h5Page
    relayPage
    enabled
    state
    stateCode
    stateText
    explanation { code zh en }
    checkedAt
    pausedUntil
    templatesSyncedAt
    firstSentAt
    targetIdType
    openTaskCount
    createdAt
    updatedAt
  }
`);

export const ChannelListQuery = graphql(
  `
  query ChannelList {
    channels(first: 100, orderBy: { field: NAME, direction: ASC }) {
      totalCount
      edges { node { ...ChannelRow } }
    }
  }
`,
  [ChannelRow],
);

export const ChannelQuery = graphql(
  `
  query Channel($id: ID!) {
    node(id: $id) { __typename id ... on Channel { ...ChannelRow } }
  }
`,
  [ChannelRow],
);

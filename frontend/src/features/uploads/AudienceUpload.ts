import { graphql } from '@/shared/graphql/graphql';

/** An uploaded list and what was found in it. */
export const AudienceUpload = graphql(`
  fragment AudienceUpload on AudienceUpload @_unmask {
    id
    fileName
    bytes
    channelID
    status
    total
    valid
    duplicate
    invalid
    resolved
    failure
    createdAt
    badLines { line value rule }
  }
`);

export const AudienceUploadQuery = graphql(
  `
  query AudienceUpload($id: ID!) {
    upload(id: $id) { ...AudienceUpload }
  }
`,
  [AudienceUpload],
);

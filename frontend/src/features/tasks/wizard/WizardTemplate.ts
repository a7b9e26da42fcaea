import { graphql } from '@/shared/graphql/graphql';

/** A template as the picker shows it and the editor needs it. */
export const WizardTemplate = graphql(`
  fragment WizardTemplate on Template @_unmask {
    id
    providerID
    title
    content
    example
    kind
    removedAt
    syncedAt
    fields { key label kind maxLength enum truncatable }
  }
`);

export const WizardTemplateQuery = graphql(
  `
  query WizardTemplate($id: ID!) {
    node(id: $id) { __typename id ... on Template { ...WizardTemplate } }
  }
`,
  [WizardTemplate],
);

export const ChannelTemplatesQuery = graphql(
  `
  query ChannelTemplates($channelId: ID!) {
    templates(first: 100, orderBy: { field: TITLE, direction: ASC }, where: { channelID: $channelId }) {
      totalCount
      edges { node { ...WizardTemplate } }
    }
  }
`,
  [WizardTemplate],
);

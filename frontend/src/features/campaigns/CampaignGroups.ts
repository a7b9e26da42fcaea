import { graphql } from '@/shared/graphql/graphql';

/** All campaign groups with their campaigns: the two levels of the picker. */
export const CampaignGroupsQuery = graphql(`
  query CampaignGroups {
    campaignGroups(first: 100, orderBy: { field: NAME, direction: ASC }) {
      edges { node { id name campaigns { id name } } }
    }
  }
`);

export const CreateCampaign = graphql(`
  mutation CreateCampaign($name: String!, $groupId: ID!) {
    createCampaign(name: $name, groupId: $groupId) { id name group { id name campaigns { id name } } }
  }
`);

export const CreateCampaignGroup = graphql(`
  mutation CreateCampaignGroup($name: String!) {
    createCampaignGroup(name: $name) { id name campaigns { id name } }
  }
`);

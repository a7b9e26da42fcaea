import { graphql } from '@/shared/graphql/graphql';

export const UpdateCampaign = graphql(`
  mutation UpdateCampaign($id: ID!, $name: String!, $groupId: ID!) {
    updateCampaign(id: $id, name: $name, groupId: $groupId) { id name groupID group { id name } }
  }
`);

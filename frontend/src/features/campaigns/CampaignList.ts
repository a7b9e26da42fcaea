import { graphql } from '@/shared/graphql/graphql';

export const CampaignListQuery = graphql(`
  query CampaignList($first: Int, $after: Cursor, $last: Int, $before: Cursor, $where: CampaignWhereInput) {
    campaigns(
      first: $first
      after: $after
      last: $last
      before: $before
      where: $where
      orderBy: { field: CREATED_AT, direction: DESC }
    ) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      edges { node { id name groupID createdAt taskCount group { id name } } }
    }
  }
`);

export const DeleteCampaign = graphql(`
  mutation DeleteCampaign($id: ID!) {
    deleteCampaign(id: $id)
  }
`);

export const RenameCampaignGroup = graphql(`
  mutation RenameCampaignGroup($id: ID!, $name: String!) {
    renameCampaignGroup(id: $id, name: $name) { id name }
  }
`);

export const DeleteCampaignGroup = graphql(`
  mutation DeleteCampaignGroup($id: ID!) {
    deleteCampaignGroup(id: $id)
  }
`);

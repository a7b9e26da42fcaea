import { graphql } from '@/shared/graphql/graphql';

export const TestChannel = graphql(`
  mutation TestChannel($id: ID!) {
    testChannel(id: $id) {
      ok
      code
      explanation { code zh en }
      channel { id state stateCode stateText checkedAt explanation { code zh en } }
    }
  }
`);

export const DeleteChannel = graphql(`
  mutation DeleteChannel($id: ID!) {
    deleteChannel(id: $id)
  }
`);

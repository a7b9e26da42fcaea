import { graphql } from '@/shared/graphql/graphql';

export const SubmitDraft = graphql(`
  mutation SubmitDraft($id: ID!) {
    submitTask(id: $id) { id version status approvalStatus runStatus operations }
  }
`);

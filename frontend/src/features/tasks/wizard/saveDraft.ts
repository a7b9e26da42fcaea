import { graphql } from '@/shared/graphql/graphql';

export const SaveDraft = graphql(`
  mutation SaveDraft($id: ID!, $version: Int!, $input: TaskInput!) {
    updateTask(id: $id, version: $version, input: $input) { id version updatedAt name }
  }
`);

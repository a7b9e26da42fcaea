import { graphql } from '@/shared/graphql/graphql';

export const CreateDraft = graphql(`
  mutation CreateDraft($input: TaskInput!) {
    createTask(input: $input) { id version updatedAt name }
  }
`);

import { graphql } from '@/shared/graphql/graphql';

/** What a draft still lacks, and its first recipients' messages. Always asked of the server anew. */
export const CheckDraft = graphql(`
  query CheckDraft($id: ID!) {
    checkTask(id: $id) {
      ok
      problems { path rule message params }
      samples { target reason content { key label value } }
    }
  }
`);

import { graphql } from '@/shared/graphql/graphql';

export const SyncTemplates = graphql(`
  mutation SyncTemplates($channelId: ID!) {
    syncTemplates(channelId: $channelId) {
      added
      changed
      removed
      channel { id state stateCode stateText checkedAt templatesSyncedAt explanation { code zh en } }
    }
  }
`);

import { graphql } from '@/shared/graphql/graphql';
import { ChannelRow } from './ChannelRow';

export const CreateChannel = graphql(
  `
  mutation CreateChannel($input: ChannelInput!) {
    createChannel(input: $input) { ...ChannelRow }
  }
`,
  [ChannelRow],
);

export const UpdateChannel = graphql(
  `
  mutation UpdateChannel($id: ID!, $input: ChannelInput!) {
    updateChannel(id: $id, input: $input) { ...ChannelRow }
  }
`,
  [ChannelRow],
);

import { graphql } from '@/shared/graphql/graphql';

/** The channels a task can use, with what the message step says about them. */
export const WizardChannelsQuery = graphql(`
  query WizardChannels {
    channels(first: 100, orderBy: { field: NAME, direction: ASC }) {
      edges {
        node { id name appID enabled state stateText qpsLimit h5Page relayPage explanation { code zh en } }
      }
    }
  }
`);

export const ApplicationsQuery = graphql(`
  query Applications {
    applications(first: 100, orderBy: { field: NAME, direction: ASC }) {
      edges { node { id name preferred } }
    }
  }
`);

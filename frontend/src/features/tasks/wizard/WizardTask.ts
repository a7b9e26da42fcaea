import { TaskSchedule } from '@/features/schedule/preview';
import { graphql } from '@/shared/graphql/graphql';

/** Everything of a draft that its form needs. */
export const WizardTask = graphql(
  `
  fragment WizardTask on Task @_unmask {
    id
    version
    updatedAt
    status
    operations
    name
    method
    ...TaskSchedule
    applicationID
    campaignID
    groups { id }
    audienceMode
    subject
    segmentID
    rule
    listed
    segmentRoles
    refreshBefore
    refreshFailure
    uploadID
    supplementary
    reachAt
    approvalTimeout
    channelID
    messageClass
    templateID
    content { params { key text overlong } }
    openMode
    openURL
    openAppID
    openPath
    globalLimit
    resendUnconfirmed
  }
`,
  [TaskSchedule],
);

export const WizardTaskQuery = graphql(
  `
  query WizardTask($id: ID!) {
    node(id: $id) { __typename id ... on Task { ...WizardTask } }
  }
`,
  [WizardTask],
);

import { TaskSchedule } from '@/features/schedule/preview';
import { graphql, type ResultOf } from '@/shared/graphql/graphql';

/** The whole configuration of a task, as it is read and approved. */
export const TaskConfiguration = graphql(
  `
  fragment TaskConfiguration on Task @_unmask {
    id
    name
    method
    ...TaskSchedule
    comingPoints(first: 5)
    application { id name }
    campaign { id name }
    groups { id name }
    audienceMode
    rule
    segment { id name updateMode dailyAt size computedAt rule }
    listed
    segmentRoles
    refreshBefore
    refreshFailure
    upload { id fileName status total valid duplicate invalid resolved }
    supplementary
    reachAt
    approvalTimeout
    channel { id name appID targetIdType }
    messageClass
    template { id title providerID kind removedAt fields { key label kind } }
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

export type TaskConfigurationData = ResultOf<typeof TaskConfiguration>;

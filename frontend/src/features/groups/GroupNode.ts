import { graphql } from '@/shared/graphql/graphql';

/** A node of the task groups, enough to build the tree and to manage it. */
export const GroupNode = graphql(`
  fragment GroupNode on TaskGroup @_unmask {
    id
    name
    parentID
    topID
    level
    objects
    position
    taskCount
  }
`);

export const MessageGroupsQuery = graphql(
  `
  query MessageGroups {
    messageGroups { ...GroupNode }
  }
`,
  [GroupNode],
);

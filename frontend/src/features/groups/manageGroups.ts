import { graphql } from '@/shared/graphql/graphql';
import { GroupNode } from './GroupNode';

export const CreateTaskGroup = graphql(
  `
  mutation CreateTaskGroup($name: String!, $parentId: ID, $objects: [GroupObject!]) {
    createTaskGroup(name: $name, parentId: $parentId, objects: $objects) { ...GroupNode }
  }
`,
  [GroupNode],
);

export const RenameTaskGroup = graphql(
  `
  mutation RenameTaskGroup($id: ID!, $name: String!) {
    renameTaskGroup(id: $id, name: $name) { ...GroupNode }
  }
`,
  [GroupNode],
);

export const DeleteTaskGroup = graphql(`
  mutation DeleteTaskGroup($id: ID!) {
    deleteTaskGroup(id: $id)
  }
`);

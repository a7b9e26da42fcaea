import { graphql, type ResultOf, type VariablesOf } from '@/shared/graphql/graphql';

export const IdTypesQuery = graphql(`
  query IdTypes {
    idTypes { code name multi priority inMapping builtIn }
  }
`);
export type IdType = ResultOf<typeof IdTypesQuery>['idTypes'][number];

export const SaveIdType = graphql(`
  mutation SaveIdType(
    $code: String!
    $name: String!
    $multi: Boolean!
    $priority: Int!
    $inMapping: Boolean!
  ) {
    saveIdType(
      code: $code
      name: $name
      multi: $multi
      priority: $priority
      inMapping: $inMapping
    ) { code name multi priority inMapping builtIn }
  }
`);

export const SubjectRow = graphql(`
  fragment SubjectRow on Subject @_unmask {
    id
    code
    name
    idType
    resolveAttribute
    resolveIDType
  }
`);
export type SubjectData = ResultOf<typeof SubjectRow>;

export const SubjectsQuery = graphql(
  `
  query Subjects {
    subjects(first: 100) { edges { node { ...SubjectRow } } }
  }
`,
  [SubjectRow],
);

export const CreateSubject = graphql(
  `
  mutation CreateSubject($input: SubjectInput!) {
    createSubject(input: $input) { ...SubjectRow }
  }
`,
  [SubjectRow],
);
export type SubjectInput = VariablesOf<typeof CreateSubject>['input'];

export const UpdateSubject = graphql(
  `
  mutation UpdateSubject($id: ID!, $input: SubjectInput!) {
    updateSubject(id: $id, input: $input) { ...SubjectRow }
  }
`,
  [SubjectRow],
);

export const DeleteSubject = graphql(`
  mutation DeleteSubject($id: ID!) {
    deleteSubject(id: $id)
  }
`);

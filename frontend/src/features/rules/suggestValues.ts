import { type EnumOf, graphql } from '@/shared/graphql/graphql';

export const SuggestValuesQuery = graphql(`
  query SuggestValues($owner: PropertyOwner!, $ownerId: ID, $name: String!, $search: String) {
    suggestValues(owner: $owner, ownerId: $ownerId, name: $name, search: $search) { value count }
  }
`);

/** Whose values are suggested. */
export interface ValueSource {
  owner: EnumOf<'PropertyOwner'>;
  ownerId: string | null;
  name: string;
}

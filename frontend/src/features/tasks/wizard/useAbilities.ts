import { useQuery } from 'urql';
import { graphql, type ResultOf, type VariablesOf } from '@/shared/graphql/graphql';

const AbilitiesQuery = graphql(`
  query AudienceAbilities($type: TaskType!) {
    audienceAbilities {
      modes(type: $type)
      reasons(type: $type) { mode reason }
      segmentPermission
      newSegment
      refresh
      subjects
    }
  }
`);

export type Abilities = ResultOf<typeof AbilitiesQuery>['audienceAbilities'];

/** What the project's products and settings allow a task of this type (spec section 0). */
export function useAbilities(type: VariablesOf<typeof AbilitiesQuery>['type']) {
  const [{ data, fetching, error }, retry] = useQuery({
    query: AbilitiesQuery,
    variables: { type },
  });
  return {
    abilities: data?.audienceAbilities ?? null,
    fetching,
    error,
    retry: () => retry({ requestPolicy: 'network-only' }),
  };
}

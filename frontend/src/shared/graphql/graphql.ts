import { initGraphQLTada } from 'gql.tada';
import type { introspection } from './graphql-env.d.ts';

/** The one typed `graphql()` tag of the console; scalars map the schema's to their JSON form. */
export const graphql = initGraphQLTada<{
  introspection: introspection;
  scalars: {
    Time: string;
    Cursor: string;
    Int64: string;
    Map: Record<string, unknown>;
    JSON: unknown;
    Rule: Record<string, unknown>;
  };
}>();

export type EnumOf<Name extends keyof introspection['types'] & string> = ReturnType<
  typeof graphql.scalar<Name>
>;

export type { FragmentOf, ResultOf, VariablesOf } from 'gql.tada';
export { readFragment } from 'gql.tada';

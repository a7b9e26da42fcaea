import { graphql, type ResultOf, type VariablesOf } from '@/shared/graphql/graphql';

export const AudienceEstimate = graphql(`
  subscription AudienceEstimate($input: EstimateInput!) {
    audienceEstimate(input: $input) {
      done
      total
      result { people reachable authorised approximate computedAt tookMs }
    }
  }
`);

export type EstimateInput = VariablesOf<typeof AudienceEstimate>['input'];
type Progress = ResultOf<typeof AudienceEstimate>['audienceEstimate'];
export type EstimateResult = NonNullable<Progress['result']>;

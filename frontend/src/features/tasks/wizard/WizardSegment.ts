import { useQuery } from 'urql';
import { graphql, type ResultOf } from '@/shared/graphql/graphql';

/** A segment as the wizard speaks of it. */
export const WizardSegment = graphql(`
  fragment WizardSegment on Segment @_unmask {
    id
    name
    size
    status
    computedAt
    updateMode
    dailyAt
    rule
  }
`);
export type WizardSegmentData = ResultOf<typeof WizardSegment>;

export const WizardSegmentQuery = graphql(
  `
  query WizardSegment($id: ID!) {
    node(id: $id) { __typename id ... on Segment { ...WizardSegment } }
  }
`,
  [WizardSegment],
);

export const WizardSegmentsQuery = graphql(
  `
  query WizardSegments($where: SegmentWhereInput) {
    segments(first: 20, where: $where, orderBy: { field: CREATED_AT, direction: DESC }) {
      totalCount
      edges { node { ...WizardSegment } }
    }
  }
`,
  [WizardSegment],
);

/** The segment that is chosen; null while there is none. */
export function useWizardSegment(id: string | null): WizardSegmentData | null {
  const [{ data }] = useQuery({
    query: WizardSegmentQuery,
    variables: { id: id ?? '' },
    pause: id === null,
  });
  const node = id === null ? null : data?.node;
  return node?.__typename === 'Segment' && node.id === id ? node : null;
}

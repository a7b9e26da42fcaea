import { useFieldWords } from '@/shared/graphql/useFieldWords';
import type { Problem } from './problems';

/** Says problems of a task in the reader's language. */
export function useProblemWords(): (problem: Problem) => string {
  return useFieldWords('wizard');
}

import { useCallback } from 'react';
import { isAboutSchedule, useScheduleWords } from '@/features/schedule/useScheduleWords';
import { useFieldWords } from '@/shared/graphql/useFieldWords';
import type { Problem } from './problems';

/** Says problems of a task in the reader's language. */
export function useProblemWords(): (problem: Problem) => string {
  const words = useFieldWords('wizard');
  const ofSchedule = useScheduleWords();
  return useCallback(
    (problem) =>
      isAboutSchedule(problem.path) && problem.rule !== 'INCOMPLETE'
        ? ofSchedule(problem)
        : words(problem),
    [words, ofSchedule],
  );
}

import { createContext, useContext } from 'react';
import { problemsUnder, type ScheduleProblem } from './checkSchedule';
import { useScheduleWords } from './useScheduleWords';

/** What is shown as wrong to the parts of an editor. */
export const ScheduleContext = createContext<readonly ScheduleProblem[]>([]);

/** What is wrong with a field, in words, each said once. */
export function useSaid(path: string | readonly string[], without?: readonly string[]): string[] {
  const problems = useContext(ScheduleContext);
  const words = useScheduleWords();
  const paths = typeof path === 'string' ? [path] : path;
  const found = paths.flatMap((one) => problemsUnder(problems, one, without));
  return [...new Set(found.map(words))];
}

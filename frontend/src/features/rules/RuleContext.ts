import { createContext, useContext } from 'react';
import { type Catalogue, EMPTY_CATALOGUE } from './catalogue';
import { problemsAt, type RuleProblem } from './checkRule';

/** What every part of the builder sees. */
interface RuleContextValue {
  catalogue: Catalogue;
  problems: readonly RuleProblem[];
  /** Segments that may not be chosen: the one that the rule belongs to. */
  without: readonly string[];
}

export const RuleContext = createContext<RuleContextValue>({
  catalogue: EMPTY_CATALOGUE,
  problems: [],
  without: [],
});

export function useRuleContext(): RuleContextValue {
  return useContext(RuleContext);
}

/** What is wrong at a node, not counting what stands below it. */
export function useProblemsAt(path: string): RuleProblem[] {
  return problemsAt(useRuleContext().problems, path);
}

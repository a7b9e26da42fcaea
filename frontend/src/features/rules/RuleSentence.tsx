import { Skeleton } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { EMPTY_CATALOGUE } from './catalogue';
import type { RuleNode } from './ruleTypes';
import { ruleSentence } from './sentence';
import { useCatalogue } from './useCatalogue';

interface RuleSentenceProps {
  /** As the API gives it; null for no rule. */
  rule: Record<string, unknown> | null;
}

/** A stored rule in words. Where names cannot be read, the keys stand for them. */
export function RuleSentence({ rule }: RuleSentenceProps) {
  const { t } = useTranslation('rules');
  const { catalogue, error } = useCatalogue();
  const names = catalogue ?? (error ? EMPTY_CATALOGUE : null);
  const text = useMemo(
    () => (rule && names ? ruleSentence(rule as unknown as RuleNode, t, names) : null),
    [rule, names, t],
  );
  if (!rule) return t('sentence.nothing');
  return text ?? <Skeleton.Input active size="small" />;
}

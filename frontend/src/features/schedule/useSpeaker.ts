import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { EMPTY_CATALOGUE } from '@/features/rules/catalogue';
import { useCatalogue } from '@/features/rules/useCatalogue';
import { useTime } from '@/shared/time/TimeContext';
import type { Speaker } from './sentence';

/** What sentences are said with: the reader's language, the project's names and clock. Names come later. */
export function useSpeaker(): Speaker {
  const { t } = useTranslation('schedule');
  const { t: rules } = useTranslation('rules');
  const { catalogue } = useCatalogue();
  const { minute } = useTime();
  return useMemo(
    () => ({ t, rules, catalogue: catalogue ?? EMPTY_CATALOGUE, minute }),
    [t, rules, catalogue, minute],
  );
}

import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';

const KNOWN = ['TIMEOUT', 'INTERNAL', 'INVALID', 'SEGMENT'] as const;

/** Says why a computation failed; in the server's words where the console has none. */
export function useFailureWords(): (failure: string, text: string) => string {
  const { t } = useTranslation('segments');
  return useCallback(
    (failure, text) => {
      const known = KNOWN.find((one) => one === failure);
      return known ? t(`failure.${known}`) : text || failure;
    },
    [t],
  );
}

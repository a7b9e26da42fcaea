import { useCallback, useEffect, useState } from 'react';
import { CombinedError, useClient } from 'urql';
import type { Catalogue } from './catalogue';
import { loadCatalogue } from './catalogueQuery';

interface CatalogueState {
  catalogue: Catalogue | null;
  error: CombinedError | null;
  retry: () => void;
}

/** What rules of the project can speak of. */
export function useCatalogue(): CatalogueState {
  const client = useClient();
  const [state, setState] = useState<Omit<CatalogueState, 'retry'>>({
    catalogue: null,
    error: null,
  });
  const [attempt, setAttempt] = useState(0);
  useEffect(
    function readCatalogue() {
      let isGone = false;
      loadCatalogue(client, attempt > 0).then(
        (catalogue) => {
          if (!isGone) setState({ catalogue, error: null });
        },
        (error: unknown) => {
          if (isGone) return;
          const combined =
            error instanceof CombinedError
              ? error
              : new CombinedError({
                  networkError: error instanceof Error ? error : new Error(String(error)),
                });
          setState({ catalogue: null, error: combined });
        },
      );
      return () => {
        isGone = true;
      };
    },
    [client, attempt],
  );
  const retry = useCallback(() => setAttempt((times) => times + 1), []);
  return { ...state, retry };
}

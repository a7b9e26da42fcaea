import { useCallback, useEffect, useState } from 'react';
import { useClient } from 'urql';
import { type Fault, faultOf } from '@/shared/graphql/errors';
import { AudienceEstimate, type EstimateInput, type EstimateResult } from './estimate';

interface Running {
  input: EstimateInput;
  key: string;
}

export interface EstimateState {
  isRunning: boolean;
  progress: { done: number; total: number } | null;
  result: EstimateResult | null;
  /** Whether the result is of another rule than the one on screen. */
  isStale: boolean;
  fault: Fault | null;
  start: () => void;
  stop: () => void;
}

/**
 * Counts the audience while somebody waits for it: one subscription, ended when its rule changes,
 * when it is stopped or when the page goes. `auto` asks anew whenever the input changes (R36).
 */
export function useEstimate(input: EstimateInput | null, auto: boolean): EstimateState {
  const client = useClient();
  const key = input ? JSON.stringify(input) : '';
  const [running, setRunning] = useState<Running | null>(null);
  const [progress, setProgress] = useState<EstimateState['progress']>(null);
  const [counted, setCounted] = useState<{ key: string; result: EstimateResult } | null>(null);
  const [fault, setFault] = useState<{ key: string; fault: Fault } | null>(null);
  const [seen, setSeen] = useState('');

  const begin = useCallback((next: Running) => {
    setProgress(null);
    setFault(null);
    setRunning(next);
  }, []);

  // What is computed for another rule than the one on screen helps nobody.
  if (running && running.key !== key) setRunning(null);
  if (auto && input && key !== seen) {
    setSeen(key);
    begin({ input, key });
  }

  useEffect(
    function compute() {
      if (!running) return;
      const { unsubscribe } = client
        .subscription(AudienceEstimate, { input: running.input })
        .subscribe(({ data, error }) => {
          if (error) {
            setFault({ key: running.key, fault: faultOf(error) });
            setRunning(null);
            return;
          }
          if (!data) return;
          const { done, total, result } = data.audienceEstimate;
          setProgress({ done, total });
          if (!result) return;
          setCounted({ key: running.key, result });
          setRunning(null);
        });
      return unsubscribe;
    },
    [client, running],
  );

  return {
    isRunning: running !== null,
    progress,
    result: counted?.result ?? null,
    isStale: counted !== null && counted.key !== key,
    fault: fault && fault.key === key ? fault.fault : null,
    start: () => input && begin({ input, key }),
    stop: () => setRunning(null),
  };
}

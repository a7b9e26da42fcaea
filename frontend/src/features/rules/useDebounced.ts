import { useEffect, useState } from 'react';

/** A value once it has rested. */
export function useDebounced<Value>(value: Value, restMs: number): Value {
  const [rested, setRested] = useState(value);
  useEffect(
    function waitForRest() {
      const timer = window.setTimeout(() => setRested(value), restMs);
      return () => window.clearTimeout(timer);
    },
    [value, restMs],
  );
  return rested;
}

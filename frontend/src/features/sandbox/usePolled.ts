import { useEffect, useRef, useState } from 'react';

const EVERY_MS = 2000;

interface Polled<Value> {
  value: Value | null;
  failure: string | null;
  reload: () => void;
}

/** Reads something now, when `key` changes, and every two seconds while it is live. */
export function usePolled<Value>(
  key: string,
  read: () => Promise<Value>,
  isLive: boolean,
): Polled<Value> {
  const [state, setState] = useState<{ key: string; value: Value | null; failure: string | null }>({
    key,
    value: null,
    failure: null,
  });
  const [turn, setTurn] = useState(0);
  const latest = useRef(read);
  useEffect(function followRender() {
    latest.current = read;
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: a turn is a wish to read again
  useEffect(
    function readNowAndThen() {
      let isOver = false;
      let timer: ReturnType<typeof setTimeout> | undefined;
      async function once() {
        try {
          const value = await latest.current();
          if (!isOver) setState({ key, value, failure: null });
        } catch (error) {
          if (!isOver) setState((old) => ({ ...old, key, failure: String(error) }));
        }
        if (!isOver && isLive) timer = setTimeout(() => void once(), EVERY_MS);
      }
      void once();
      return () => {
        isOver = true;
        clearTimeout(timer);
      };
    },
    [key, isLive, turn],
  );

  return {
    value: state.key === key ? state.value : null,
    failure: state.failure,
    reload: () => setTurn((old) => old + 1),
  };
}

import { useEffect, useRef } from 'react';

const PERIOD_MS = 1500;

/** Reads again every moment while something is being computed. */
export function usePolling(isOn: boolean, read: () => void, period = PERIOD_MS): void {
  const latest = useRef(read);
  useEffect(function followRender() {
    latest.current = read;
  });
  useEffect(
    function readWhileOn() {
      if (!isOn) return;
      const timer = window.setInterval(() => latest.current(), period);
      return () => window.clearInterval(timer);
    },
    [isOn, period],
  );
}

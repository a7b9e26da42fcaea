import { useEffect, useRef } from 'react';

/** Calls something again and again while it is on and the page can be seen. */
export function usePulse(everyMs: number, isOn: boolean, beat: () => void) {
  const latest = useRef(beat);
  useEffect(function followRender() {
    latest.current = beat;
  });
  useEffect(
    function beatWhileSeen() {
      if (!isOn) return;
      const timer = window.setInterval(() => {
        if (!document.hidden) latest.current();
      }, everyMs);
      return () => window.clearInterval(timer);
    },
    [everyMs, isOn],
  );
}

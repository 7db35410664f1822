/** The time now, for what ticks: one timer for all of the page, and none while nobody looks. */
import { useEffect, useState } from 'preact/hooks';

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** Milliseconds since 1970; drawn again each second while `ticking`. */
export function useNow(ticking: boolean): number {
  const [, draw] = useState({});
  useEffect(() => {
    if (!ticking) return;
    const listener = () => draw({});
    listeners.add(listener);
    timer ??= setInterval(tick, 1000);
    return () => {
      listeners.delete(listener);
      if (listeners.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    };
  }, [ticking]);
  return Date.now();
}

function tick(): void {
  if (document.hidden) return;
  for (const listener of [...listeners]) listener();
}

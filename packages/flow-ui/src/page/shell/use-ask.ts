/** An answer of the server that a view shows, and that is asked for again when something happened. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Message } from '../../api/messages';
import { pause } from '../logic/pace';
import { AskError, ask } from './ask';
import { isStale, useMessages } from './events';

export interface Asked<T> {
  /** The last answer: it stays while the next one is on its way. Undefined: there was none yet. */
  value?: T;
  error?: AskError;
  /** Asks again, soon: many calls in a short time are one question. */
  again(): void;
}

/**
 * Asks for `path` (undefined: nothing), again when it changes, when the line was lost, and after each message that `live` names.
 * The answer to another path is never shown.
 */
export function useAsk<T>(path: string | undefined, live?: (message: Message) => boolean): Asked<T> {
  const [shown, show] = useState<{ path?: string; value?: T; error?: AskError }>({});
  const asker = useRef<(() => void) | undefined>(undefined);
  useEffect(() => {
    if (path === undefined) return;
    const end = new AbortController();
    asker.current = paced(async () => {
      try {
        const value = await ask<T>(path, { signal: end.signal });
        if (!end.signal.aborted) show({ path, value });
      } catch (error) {
        if (end.signal.aborted || !(error instanceof AskError)) return;
        // What is shown stays where there is only no answer just now.
        show((before) => (before.path === path ? { ...before, error } : { path, error }));
      }
    }, end.signal);
    asker.current();
    return () => end.abort();
  }, [path]);
  const again = useCallback(() => asker.current?.(), []);
  useMessages((message) => {
    if (isStale(message) || live?.(message)) again();
  });
  return shown.path === path ? { ...shown, again } : { again };
}

/** Does `work` at once; calls while it is being done, or soon after it, are done together once that time is over. */
function paced(work: () => Promise<void>, end: AbortSignal): () => void {
  let state: 'idle' | 'busy' | 'again' = 'idle';
  const begin = async () => {
    state = 'busy';
    const at = performance.now();
    await work();
    setTimeout(
      () => {
        const again = state === 'again';
        state = 'idle';
        if (again && !end.aborted) begin();
      },
      pause(performance.now() - at),
    );
  };
  return () => {
    if (state === 'idle') begin();
    else state = 'again';
  };
}

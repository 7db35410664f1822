/** The lines of a log, asked for piece by piece, and followed while it grows. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Message } from '../../../api/messages';
import type { LogReply } from '../../../api/routes';
import { LOOKED_AT, untold } from '../../logic/log/heard';
import { type Line, Lines, type Piece } from '../../logic/log/lines';
import { pause } from '../../logic/pace';
import { withQuery } from '../../logic/place';
import { ask } from '../../shell/ask';
import { isStale, useMessages } from '../../shell/events';

/** How long until a log that goes on is asked for again. Milliseconds. */
const AGAIN_MS = 1000;

export interface Log {
  lines: readonly Line[];
  ended: boolean;
  /** There was an answer. */
  asked: boolean;
  problem?: string;
}

/**
 * @param path such as `/api/log/movies/12/train/3`
 * @param grows whether a message says that there is more
 * @param heardIn what a message itself says of it, where that comes before a reply has it
 */
export function useLog(
  path: string,
  grows: (message: Message) => boolean,
  heardIn?: (message: Message) => Piece | undefined,
): Log {
  const [, draw] = useState({});
  const state = useRef<State>({ log: none(), more: () => {}, hear: () => {} });
  useEffect(() => {
    const lines = new Lines();
    const end = new AbortController();
    let next = 0;
    let [busy, more] = [false, true];
    let [heard, told]: [Piece[], string] = [[], ''];
    let frame = 0;
    let again = 0;
    const tell = (log: Partial<Log>) => {
      state.current.log = { ...state.current.log, ...log };
      draw({});
    };
    const follow = async () => {
      if (busy || end.signal.aborted) return;
      busy = true;
      while (more && !end.signal.aborted) {
        more = false;
        const at = performance.now();
        try {
          const reply = await ask<LogReply>(withQuery(path, { from: next }), { signal: end.signal });
          if (end.signal.aborted) return;
          lines.add(reply.pieces);
          if (reply.pieces.length > 0 && !reply.ended) more = true;
          next = reply.next;
          told = (told + reply.pieces.map(({ text }) => text).join('')).slice(-LOOKED_AT);
          heard = reply.ended ? [] : untold(heard, told);
          tell({ lines: lines.before(heard), ended: reply.ended, asked: true, problem: undefined });
        } catch (error) {
          if (!end.signal.aborted) tell({ problem: (error as Error).message });
        }
        if (more) await new Promise((resolve) => setTimeout(resolve, pause(performance.now() - at) / 2));
      }
      busy = false;
      // What was printed before this view was there comes by no message, and into the store a little later.
      clearTimeout(again);
      if (!state.current.log.ended && !end.signal.aborted)
        again = window.setTimeout(state.current.more, AGAIN_MS);
    };
    state.current = {
      log: none(),
      more() {
        more = true;
        follow();
      },
      hear(piece) {
        if (state.current.log.ended) return;
        heard.push(piece);
        frame ||= requestAnimationFrame(() => {
          frame = 0;
          tell({ lines: lines.before(heard) });
        });
      },
    };
    follow();
    return () => {
      end.abort();
      clearTimeout(again);
      cancelAnimationFrame(frame);
    };
  }, [path]);
  useMessages((message) => {
    const piece = heardIn?.(message);
    if (piece) state.current.hear(piece);
    if (isStale(message) || grows(message)) state.current.more();
  });
  return state.current.log;
}

interface State {
  log: Log;
  more(): void;
  hear(piece: Piece): void;
}

const none = (): Log => ({ lines: [], ended: false, asked: false });

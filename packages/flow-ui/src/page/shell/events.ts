/** What happens while the page is open: one stream for all of the page, which is connected again when it breaks. */
import { useEffect, useRef } from 'preact/hooks';
import type { Message } from '../../api/messages';
import { backoff } from '../logic/pace';
import { streamReader } from '../logic/sse';
import { request } from './ask';
import { token } from './token';
import { value } from './value';

/** One sentence for the top of the page while the server or the store is away. */
export const away = value<string | undefined>(undefined);

const listeners = new Set<(message: Message) => void>();

/** Hears every message. Returns what ends it. */
export function hear(listener: (message: Message) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useMessages(listener: (message: Message) => void): void {
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => hear((message) => latest.current?.(message)), []);
}

/** Whether what is shown has to be asked for again: the line was lost, or messages were, or the store was away. */
export function isStale(message: Message): boolean {
  const isBack = message.type === 'store' && message.away === undefined;
  return message.type === 'hello' || message.type === 'missed' || isBack;
}

/** Keeps the stream open as long as the page is, and there is a token. */
export async function startEvents(): Promise<void> {
  for (let failures = 0; ; failures++) {
    await new Promise((resolve) => setTimeout(resolve, backoff(failures)));
    if (token.get() === undefined) await haveToken();
    try {
      await follow(() => {
        failures = 0;
        away.set(undefined);
      });
    } catch {
      // What went wrong is asked again, and told when it lasts.
    }
    if (failures > 0) away.set('The server of this page is away. It is asked again.');
  }
}

async function follow(onOpen: () => void): Promise<void> {
  const response = await request('/api/events');
  onOpen();
  const read = streamReader();
  const pieces = (response.body as ReadableStream<BufferSource>)
    .pipeThrough(new TextDecoderStream())
    .getReader();
  for (;;) {
    const { done, value: piece } = await pieces.read();
    if (done) return;
    for (const message of read(piece)) tell(message as Message);
  }
}

function tell(message: Message): void {
  if (message.type === 'store') away.set(message.away);
  for (const listener of [...listeners]) listener(message);
}

function haveToken(): Promise<void> {
  return new Promise((resolve) => {
    const stop = token.watch(() => {
      if (token.get() === undefined) return;
      stop();
      resolve();
    });
  });
}

/** The stream of what happens: one message for each event of a `text/event-stream`. */
import type { Hono } from 'hono';
import type { Here } from '../here';
import type { Listener } from '../live/hub';

/** How often a line without a message goes out: whoever has left is noticed by it. Milliseconds. */
const ALIVE_MS = 15_000;

const text = new TextEncoder();

export function eventRoutes(app: Hono, here: Here): void {
  app.get('/api/events', () => {
    const listener = here.hub.listen();
    const { away } = here.live;
    listener.tell({ type: 'hello', server: here.id });
    if (away !== undefined) listener.tell({ type: 'store', away });
    return new Response(
      streamOf(listener, () => here.hub.leave(listener)),
      {
        headers: { 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-store' },
      },
    );
  });
}

function streamOf(listener: Listener, left: () => void): ReadableStream<Uint8Array> {
  let alive: NodeJS.Timeout | undefined;
  const end = () => {
    clearInterval(alive);
    left();
  };
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        alive = setInterval(
          () => (controller.desiredSize ?? 0) > 0 && controller.enqueue(text.encode(':\n\n')),
          ALIVE_MS,
        );
        alive.unref();
      },
      // Asked for when the page has taken what was sent.
      async pull(controller) {
        const messages = await listener.next();
        if (messages) return controller.enqueue(text.encode(messages.map(lineOf).join('')));
        end();
        controller.close();
      },
      cancel: end,
    },
    { highWaterMark: 1 },
  );
}

const lineOf = (json: string) => `data: ${json}\n\n`;

/** Serves one client of a broker: its writes keep their order, and a read sees all writes before it, unless it wants to be answered at once. */
import type { Socket } from 'node:net';
import type { Kv } from '../kv/kv';
import { NotAcknowledged } from '../level/not-acknowledged';
import type { HoldTable } from './hold-table';
import type { Hub } from './hub';
import { LARGEST, type Reply, type Request, Unframer } from './protocol';
import { failure, framed } from './replies';
import { isRequest, requireWhole } from './requests';

/** Bytes of requests from one client before it must wait for answers. This bounds the broker's memory. */
const AHEAD = 64 * 1024 * 1024;

interface Served {
  kv: Kv;
  hub: Hub;
  holds: HoldTable;
  /** Nothing is answered before. */
  ready: Promise<void>;
}

export function serveClient(socket: Socket, { kv, hub, holds, ready }: Served): void {
  const unframer = new Unframer<Request>(LARGEST);
  let writes: Promise<unknown> = ready;
  let open = 0;
  let taken = 0;

  const answer = (reply: Reply) => {
    if (!socket.destroyed) socket.write(framed(reply));
    if (--open > 0) return;
    taken = 0;
    socket.resume();
  };
  const begin = (request: Request) => {
    if (!isRequest(request)) throw new TypeError();
    if (request.op === 'publish') return hub.publish(socket, request.event);
    if (request.op === 'subscribe') hub.subscribe(socket);
    if (request.op === 'pin') {
      holds.pin(socket, request.names, request.letGo);
      if (request.id === 0) return;
    }
    open++;
    const done = (isAtOnce(request) ? ready : writes).then(() =>
      execute(socket, { kv, hub, holds }, request),
    );
    if (request.op === 'batch' || request.op === 'claim') writes = done.catch(() => {});
    done.then(answer, (error: Error) => {
      if (!(error instanceof NotAcknowledged)) answer(failure(request.id, error));
    });
  };
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    taken += chunk.length;
    try {
      for (const request of unframer.push(chunk)) begin(request);
    } catch {
      // The bytes are not a message, so it is not one of our clients.
      socket.destroy();
    }
    if (open > 0 && taken > AHEAD) socket.pause();
  });
}

const isAtOnce = (request: Request) =>
  (request.op === 'getMany' && request.atOnce === true) ||
  (request.op === 'range' && request.query?.atOnce === true);

async function execute(
  socket: Socket,
  { kv, hub, holds }: Omit<Served, 'ready'>,
  request: Request,
): Promise<Reply> {
  const { id } = request;
  requireWhole(request);
  switch (request.op) {
    case 'get':
      return { id, ok: await kv.get(request.key) };
    case 'getMany':
      return { id, ok: await kv.getMany(request.keys) };
    case 'range':
      return { id, ok: await kv.range(request.query) };
    case 'inspect':
      return { id, ok: await kv.inspect(request.query) };
    case 'batch':
      await kv.batch(request.ops, request.options);
      return { id, ok: undefined };
    case 'claim':
      return { id, ok: await kv.claim(request.counterKey, request.nonceKey) };
    case 'generation':
      return { id, ok: await kv.generation() };
    case 'hold':
      await holds.hold(socket, request.name);
      return { id, ok: undefined };
    case 'states':
      return { id, ok: holds.states(request.names) };
    case 'take':
      return { id, ok: await holds.take(request.name, request.surely) };
    case 'compact':
      await hub.busyWith('is giving back the room of what was removed', kv.compact(request));
      return { id, ok: undefined };
    case 'pin':
    case 'subscribe':
    case 'publish':
      return { id, ok: undefined };
  }
}

/** What a client reads at once does not wait for what it writes. */
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { HoldTable } from '../../../src/store/broker/hold-table';
import { Hub } from '../../../src/store/broker/hub';
import { frame, type Reply, type Request, Unframer, type Unsent } from '../../../src/store/broker/protocol';
import { serveClient } from '../../../src/store/broker/serve-client';
import { MemoryKv } from '../../../src/store/kv/memory';

test('a read at once is answered before a write that was begun before it, another read after it', async () => {
  const kv = new MemoryKv();
  await kv.batch([{ key: 'k', value: 'first' }]);
  let write = () => {};
  const { batch } = kv;
  jest.spyOn(kv, 'batch').mockImplementation(async (ops) => {
    await new Promise<void>((resolve) => {
      write = resolve;
    });
    await batch.call(kv, ops);
  });
  const client = new Client(kv);
  client.ask({ op: 'batch', ops: [{ key: 'k', value: 'second' }], options: { sync: true } });
  client.ask({ op: 'getMany', keys: ['k'] });
  const range = { gte: 'a', lt: 'z', limit: 1 };
  client.ask({ op: 'range', query: range });
  client.ask({ op: 'getMany', keys: ['k'], atOnce: true });
  client.ask({ op: 'range', query: { ...range, atOnce: true } });
  expect(await client.answers(2)).toEqual({ 4: ['first'], 5: ['first'] });
  write();
  expect(await client.answers(5)).toMatchObject({ 2: ['second'], 3: ['second'] });
});

/** One whose socket is in this process. */
class Client {
  readonly #socket = new EventEmitter();
  readonly #unframer = new Unframer<Reply>();
  readonly #told = new EventEmitter();
  readonly #answers: Record<number, unknown> = {};
  #asked = 0;

  constructor(kv: MemoryKv) {
    const write = (bytes: Buffer) => {
      for (const reply of this.#unframer.push(bytes)) this.#answers[reply.id] = valuesOf(reply);
      this.#told.emit('answer');
    };
    const socket = Object.assign(this.#socket, { write, resume() {}, pause() {}, destroy() {} });
    const served = { kv, hub: new Hub(), holds: new HoldTable(kv, 'nobody'), ready: Promise.resolve() };
    serveClient(socket as unknown as Socket, served);
  }

  ask(request: Unsent): void {
    this.#socket.emit('data', frame({ id: ++this.#asked, ...request } as Request));
  }

  async answers(count: number): Promise<Record<number, unknown>> {
    while (Object.keys(this.#answers).length < count)
      await new Promise((resolve) => this.#told.once('answer', resolve));
    return this.#answers;
  }
}

function valuesOf(reply: Reply): unknown {
  const ok = 'ok' in reply ? reply.ok : reply.error;
  if (!Array.isArray(ok)) return ok;
  return ok.map((one) => Buffer.from(Array.isArray(one) ? one[1] : one).toString());
}

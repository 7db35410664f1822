/** Frames on the socket of a broker: it goes on, answers others, keeps little of what it was sent, and keeps what it stored. */
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import fc from 'fast-check';
import { BrokerKv } from '../../../src/store/broker/client';
import { frame, type Reply, socketPath, Unframer } from '../../../src/store/broker/protocol';
import { alive, kill, startBroker } from '../../store/helpers/place';
import { type Door, must, type Verdict } from '../door';
import { byteEdits, dataEdits, type Edit, editBytes, editData, noEdits } from '../edits';

const range = { gte: 'a', lt: 'z', limit: 10 };
/** One of each operation. Nothing of it touches what is looked for afterwards. */
const REQUESTS: readonly { id: number; op: string; [more: string]: unknown }[] = [
  { id: 1, op: 'get', key: 'kept' },
  { id: 1, op: 'getMany', keys: ['kept', 'b'] },
  { id: 1, op: 'range', query: { ...range, reverse: true, having: ['x'] } },
  { id: 1, op: 'inspect', query: range },
  {
    id: 1,
    op: 'batch',
    ops: [
      { key: 'b', value: 'v' },
      { key: 'c', value: undefined },
    ],
    options: { sync: false, fence: 'f' },
  },
  { id: 1, op: 'claim', counterKey: 'n', nonceKey: 'm' },
  { id: 1, op: 'generation' },
  { id: 1, op: 'hold', name: 'taken/f/1' },
  { id: 1, op: 'states', names: ['taken/f/1'] },
  { id: 1, op: 'take', name: 'taken/f/2', surely: true },
  { id: 1, op: 'subscribe' },
  { id: 0, op: 'publish', event: { type: 'x' } },
];
/** What is no request at all. */
const STRANGE: readonly unknown[] = [
  undefined,
  null,
  0,
  '',
  [],
  new Map(),
  new Error('x'),
  -0,
  1n,
  new Array(3),
  new Uint8Array(9),
];

interface Input {
  /** A request, or what is none. */
  of: number;
  data: Edit[];
  bytes: Edit[];
  /** Is sent so often. */
  times: number;
}

/** The most that the broker may hold, whatever it is sent. Megabytes. */
const MOST_MB = 500;

export async function open(store: string): Promise<Door<Input>> {
  const broker = await startBroker(store, 60_000);
  const kv = BrokerKv.open(store);
  await kv.batch([{ key: 'kept', value: 'what was stored' }], { sync: true });
  return {
    inputs: fc.record({
      of: fc.nat(REQUESTS.length + STRANGE.length - 1),
      data: dataEdits(),
      bytes: fc.oneof({ arbitrary: noEdits, weight: 1 }, byteEdits()),
      times: fc.integer({ min: 1, max: 3 }),
    }),
    async check({ of, data, bytes, times }) {
      const message = of < REQUESTS.length ? editData(REQUESTS[of], data) : STRANGE[of - REQUESTS.length];
      const sent = editBytes(frame(message as never), bytes);
      const verdict = await talk(store, Buffer.concat(Array.from({ length: times }, () => sent)));
      const kept = await kv.get('kept');
      must(alive(broker.pid), 'The broker has ended.');
      must(Buffer.from(kept ?? []).toString() === 'what was stored', 'What was stored is another.');
      must(peakMb(broker.pid) < MOST_MB, `The broker held more than ${MOST_MB} MB.`);
      return verdict;
    },
    async close() {
      await kv.close();
      await kill(broker.pid);
    },
  };
}

/** Sends it, hangs up, and waits until the broker has hung up too. */
function talk(store: string, bytes: Buffer): Promise<Verdict> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath(store));
    const unframer = new Unframer<Reply>();
    let answered = 0;
    socket.on('data', (chunk) => {
      try {
        for (const { id } of unframer.push(chunk)) if (id !== 0) answered++;
      } catch (error) {
        reject(error);
      }
    });
    // It hangs up on who sends what is no message.
    socket.on('error', () => {});
    socket.on('close', () => resolve(answered > 0 ? 'passed' : 'refused'));
    socket.end(bytes);
  });
}

/** The most memory that a process has had. Linux alone tells. */
function peakMb(pid: number): number {
  if (process.platform !== 'linux') return 0;
  return Number(/VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

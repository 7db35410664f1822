/** A flow with a bit of everything, and runs of it in memory: what the doors begin with. */
import { z } from 'zod';
import { flow } from '../../src/definition/flow';
import type { Cas } from '../../src/store/cas/cas';
import { type Op, scan } from '../../src/store/kv/kv';
import { MemoryKv } from '../../src/store/kv/memory';
import { record } from '../../src/store/rows/records';
import { Store } from '../../src/store/store';
import { MemoryEngine } from '../kit/memory';

/** Its text, for the doors that take a file, is in {@link FUZZED}. */
const f = flow('fuzzed', { params: { n: z.coerce.number().default(2), name: z.string().default('x') } });
const start = f.start(({ params }) => ({
  items: Array.from({ length: params.n }, (_, i) => i),
  bytes: Buffer.from('bytes'),
  map: new Map([['a', new Date(0)]]),
  large: Buffer.alloc(40_000, 7),
}));
const each = f.foreach('each', { after: start, over: 'items' }, ({ input }) => {
  if (input === 1) throw Object.assign(new Error('one of them'), { detail: { a: 1 } });
  return { square: input * input };
});
const all = f.join('all', { after: each }, ({ inputs }) => ({ squares: inputs.map(({ square }) => square) }));
export const fuzzed = f.end(all);

/** The same flow, as a file of a workspace. */
export const FUZZED = `
import { flow } from '@nx-flow/core';
import { z } from 'zod';
const f = flow('fuzzed', { params: { n: z.coerce.number().default(2), name: z.string().default('x') } });
export const start = f.start(({ params }) => ({
  items: Array.from({ length: Math.min(params.n, 5) }, (_, i) => i),
  bytes: Buffer.from('bytes'),
  map: new Map([['a', new Date(0)]]),
  large: Buffer.alloc(40_000, 7),
}));
export const each = f.foreach('each', { after: start, over: 'items' }, ({ input }) => {
  if (input === 1) throw Object.assign(new Error('one of them'), { detail: { a: 1 } });
  return { square: input * input };
});
export const all = f.join('all', { after: each }, ({ inputs }) => ({ squares: inputs.map(({ square }) => square) }));
export default f.end(all);
`;

/** Run 1 failed in one split, run 2 is whole and resumed, run 3 is one on its own; each with output. */
export async function recordRuns(store: Store): Promise<void> {
  const engine = new MemoryEngine(store);
  await engine.run(fuzzed, { params: { n: 2 }, tags: ['first'] });
  await engine.run(fuzzed, { params: { n: 1 }, tags: ['second'] });
  await engine.resume(fuzzed, 2, 'all');
  const log = { stream: 'stdout' as const, at: 1, text: 'what it printed\n' };
  const printed = [1, 2].map((run) =>
    record.log('fuzzed', run, { step: 'start', task: 1, attempt: 0, seq: 0 }, log),
  );
  await store.commit(printed);
}

/** A store as it was, as often as it is wanted. */
export async function copies(store: Store): Promise<() => Promise<Store>> {
  const ops: Op[] = [];
  for await (const [key, value] of scan(store.kv, { gte: '', lt: '\x7f' })) ops.push({ key, value });
  const cas: Cas = store.cas;
  return async () => {
    const kv = new MemoryKv();
    await kv.batch(ops);
    return new Store(kv, cas);
  };
}

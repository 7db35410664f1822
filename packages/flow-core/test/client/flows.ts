/** Flows that the tests of the client read. Declared, not files: they run in this process. */
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { flow } from '../../src/definition/flow';

/** Set by a test: what makes steps fail. */
export const fail = { split: -1, step: '', times: 0 };

const f = flow('client', { params: { n: z.coerce.number().default(3) } });
export const start = f.start(({ params, log }) => {
  log(`n is ${params.n}`);
  return { items: Array.from({ length: params.n }, (_, i) => i), big: 'x'.repeat(40_000), n: params.n };
});
export const each = f.foreach(
  'each',
  { after: start, over: 'items', catch: 'oops' },
  ({ self, input, log }) => {
    log(`item ${input}`);
    if (input === fail.split) throw new RangeError(`no ${input}`, { cause: new Error('why') });
    return { square: input * self.n };
  },
);
export const inner = f.step('inner', { after: each }, ({ self }) => ({ half: (self.square ?? 0) / 2 }));
export const all = f.join('all', { after: inner }, ({ inputs }) => ({
  sum: inputs.reduce((s, i) => s + i.half, 0),
}));
export const tune = f.loop(
  'tune',
  { after: all, while: 'go', retry: 1 },
  async ({ iteration, current, log }) => {
    await pause(0);
    log(`attempt ${current.attempt}`);
    if (iteration === 1 && fail.times > current.attempt) throw new Error('once more');
    return { go: iteration < 2 };
  },
);
export const last = f.step('last', { after: tune }, ({ self }) => {
  if (fail.step === 'last') throw new Error('last failed');
  return { total: self.sum + 1 };
});
export const defined = f.end(last);

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { flow } from '../../../src';
import { FileCas } from '../../../src/store/cas/cas';
import { MemoryKv } from '../../../src/store/kv/memory';
import { keys } from '../../../src/store/kv/row-keys';
import { Store } from '../../../src/store/store';
import { MemoryEngine } from '../../kit/memory';
import { temporaryPlace } from '../../store/helpers/place';

const f = flow('read');
const start = f.start(() => ({ big: new Uint8Array(100_000), small: 1 }));
const sum = f.step('sum', { after: start }, ({ self }) => ({ sum: self.big.length + self.small }));
const defined = f.end(sum);

let place: ReturnType<typeof temporaryPlace>;
let engine: MemoryEngine;
beforeEach(async () => {
  place = temporaryPlace();
  mkdirSync(place.folder, { recursive: true });
  engine = new MemoryEngine(new Store(new MemoryKv(), new FileCas(join(place.folder, 'cas'))));
  await engine.run(defined);
});
afterEach(async () => {
  await engine.store.close();
  await place.dispose();
});

async function fileOf(): Promise<string> {
  const [found] = await engine.store.artifacts([
    { flow: 'read', run: 1, step: 'start', task: 1, name: 'big' },
  ]);
  return engine.store.cas.path?.(found?.hash as string) as string;
}

test.each<[string, () => Promise<unknown>, RegExp]>([
  ['a file is gone', async () => rmSync(await fileOf()), /: it has lost read\/1\/start\/1\/big, which/],
  [
    'a file is cut off',
    async () => {
      const file = await fileOf();
      rmSync(file);
      writeFileSync(file, '1234567');
    },
    /: it has 7 of the 10\d{4} bytes of read\/1\/start\/1\/big, which/,
  ],
  [
    'a record is gone',
    () => engine.store.commit([{ key: keys.artifact('read', 1, 'start', 1, 'small'), value: undefined }]),
    /: it has 1 of the 2 artifacts of read\/1\/start, which/,
  ],
])(
  '%s: no run is made of what could not be read, and the step is executed again',
  async (_, damage, what) => {
    await damage();
    await expect(engine.resume(defined, 1, 'sum')).rejects.toMatchObject({
      ...{ code: 'FLOW_STORE_CORRUPT', exit: 1 },
      message: expect.stringMatching(
        new RegExp(
          `${what.source} the run would take over\\. Nothing was recorded: execute the step again by nx-flow resume read 1/start, `,
        ),
      ),
    });
    expect((await engine.store.latest('read'))?.run).toBe(1);
    const again = await engine.resume(defined, 1, 'start');
    expect(again).toMatchObject({ run: 2, status: 'done' });
  },
);

describe('what is executed again in any case need not be there', () => {
  const g = flow('given', { params: { by: z.number().default(2) } });
  const begin = g.start(() => ({ ns: [1, 2, 3], kept: new Uint8Array(100_000) }));
  const each = g.foreach('each', { after: begin, over: 'ns' }, ({ input, self, params }) => ({
    large: new Uint8Array(100_000).fill(input * 50 + (input === 2 ? 1 : params.by)),
    kept: self.kept.length,
  }));
  const all = g.join('all', { after: each }, ({ inputs }) => ({
    sizes: inputs.map(({ large }) => large.length),
    large: new Uint8Array(100_001),
  }));
  const given = g.end(all);
  const lose = (step: string, task: number, name: string) => async () => {
    const [found] = await engine.store.artifacts([{ flow: 'given', run: 1, step, task, name }]);
    rmSync(engine.store.cas.path?.(found?.hash as string) as string);
  };
  const loseRow = (key: string) => () => engine.store.commit([{ key, value: undefined }]);
  beforeEach(() => engine.run(given));

  test.each([
    ['a file of a task that read it', lose('each', 2, 'large'), 4],
    ['a record of one', loseRow(keys.artifact('given', 1, 'each', 4, 'kept')), 4],
    ['a file of a step behind', lose('all', 5, 'large'), 4],
  ])('for a changed parameter: %s', async (_, damage, executed) => {
    await damage();
    await expect(engine.resume(given, 1)).rejects.toMatchObject({ code: 'FLOW_NOTHING_TO_RESUME' });
    const { row } = await engine.resume(given, 1, undefined, { params: { by: 3 } });
    expect(row).toMatchObject({ run: 2, status: 'done', tasks: { done: executed } });
  });

  test.each([
    ['a file of a task that did not', lose('each', 3, 'large')],
    ['a file of a step before', lose('start', 1, 'kept')],
    ['a record of one that did not', loseRow(keys.artifact('given', 1, 'each', 3, 'kept'))],
  ])('but %s must be', async (_, damage) => {
    await damage();
    await expect(engine.resume(given, 1, undefined, { params: { by: 3 } })).rejects.toMatchObject({
      code: 'FLOW_STORE_CORRUPT',
    });
  });

  test('from a step: a task of what follows', async () => {
    await loseRow(keys.task('given', 1, 'all', 5))();
    expect((await engine.resume(given, 1, 'each')).row).toMatchObject({ status: 'done' });
    await expect(engine.resume(given, 1, 'end')).rejects.toMatchObject({ code: 'FLOW_STORE_CORRUPT' });
  });
});

test('a run that stops at a step needs nothing of the others', async () => {
  let fails = true;
  const g = flow('two');
  const begin = g.start(() => ({ n: 1 }));
  const a = g.step('a', { after: begin }, () => {
    if (fails) throw new Error('Not yet.');
    return {};
  });
  const b = g.step('b', { after: begin }, () => ({ big: new Uint8Array(100_002) }));
  const two = g.end(g.gather('both', { after: { a, b } }, () => ({})));
  const { tasks } = await engine.run(two);
  const { task } = tasks.find(({ step }) => step === 'b') as { task: number };
  const [found] = await engine.store.artifacts([{ flow: 'two', run: 1, step: 'b', task, name: 'big' }]);
  rmSync(engine.store.cas.path?.(found?.hash as string) as string);
  fails = false;
  await expect(engine.resume(two, 1)).rejects.toMatchObject({ code: 'FLOW_STORE_CORRUPT' });
  expect((await engine.resume(two, 1, undefined, { until: 'a' })).row).toMatchObject({
    run: 2,
    status: 'stopped',
  });
});

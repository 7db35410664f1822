/** Names that mean something else in the key space, or to JavaScript: as steps, flows, artifacts, parameters and tags. */
import { z } from 'zod';
import { flow } from '../../../src/definition/flow';
import { verifyStore } from '../../../src/engine/verify/verify';
import { MemoryEngine } from '../../kit/memory';
import { exported, FileStore, imported } from './kit';

const NAMES = ['params', '_parameters', '__proto__', 'constructor', 'toString', 'run', 'latest', 'artifact'];

function odd(name: string) {
  const f = flow(name, { params: { params: z.number().default(3), valueOf: z.string().default('v') } });
  const start = f.start(() => ({ ns: [1, 2], params: 'own', constructor: 1, toString: 2 }));
  // biome-ignore lint/suspicious/noExplicitAny: the types of such names say nothing
  const body = ({ self, params }: any) => ({
    run: `${self.params} ${params.params}`,
    valueOf: [self.toString],
  });
  const each = f.foreach(NAMES[0] as string, { after: start, over: 'ns' }, ({ input }) => ({ n: input }));
  const all = f.join('joined', { after: each }, ({ inputs }) => ({
    n: inputs.length,
    params: 'own',
    toString: 2,
  }));
  const steps = NAMES.slice(1).reduce(
    (after, step) => f.step(step, { after: after as typeof all }, body) as never,
    all,
  );
  return f.end(steps);
}

let place: FileStore;
beforeEach(() => {
  place = new FileStore();
});
afterEach(() => place.dispose());

test.each(['params', 'constructor', 'toString', '__proto__'])(
  'a run of %s with such steps is shown, compared, spun, resumed and carried as any other',
  async (name) => {
    const { store } = place;
    const defined = odd(name);
    const engine = new MemoryEngine(store);
    const { row } = await engine.run(defined, { tags: ['__proto__', 'params'] });
    expect(row.error).toBeUndefined();
    expect(await store.paramNames(name, row.run)).toEqual(['params', 'valueOf']);
    for (const step of NAMES.slice(1)) {
      const { artifacts } = await engine.spin(defined, step, { run: row.run });
      expect(artifacts.map((one) => [one.name, one.change])).toEqual([
        ['run', 'same'],
        ['valueOf', 'same'],
      ]);
    }
    const { row: resumed } = await engine.resume(defined, row.run, 'constructor');
    expect([resumed.status, await store.paramNames(name, resumed.run)]).toEqual([
      'done',
      ['params', 'valueOf'],
    ]);

    const file = await exported(store, name, row.run);
    const { run } = await imported(store, file, { namespace: 'elsewhere' });
    expect((await exported(store, name, run.run)).equals(file)).toBe(true);
    expect((await exported(store, name, resumed.run)).length).toBeGreaterThan(0);
    expect(await store.run(name, run.run)).toMatchObject({ tags: ['__proto__', 'params'] });
    const found: string[] = [];
    await verifyStore(store, { readData: true, report: ({ message }) => void found.push(message) });
    expect(found).toEqual([]);
  },
);

test('of a step called params, a lost artifact is told, and a lost parameter too', async () => {
  const { store } = place;
  await new MemoryEngine(store).run(odd('params'));
  const keys = (await store.kv.range({ gte: 'artifact/', lt: 'artifact0', limit: 1000 })).map(([key]) => key);
  const ofStep = keys.find((key) => key.includes('/params/0000000002/')) as string;
  await store.commit([{ key: ofStep, value: undefined }]);
  await expect(store.paramNames('params', 1)).rejects.toMatchObject({ code: 'FLOW_STORE_CORRUPT' });
});

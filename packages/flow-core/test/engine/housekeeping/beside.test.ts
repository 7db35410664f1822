/**
 * gc beside runs, spins and resumes of other clients, through a real broker: nothing that was read is harmed. `GC_ROUNDS=200`
 * does it as often; `GC_SEED` chooses what happens at once.
 */
import { readdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { flow } from '../../../src/definition/flow';
import { collect } from '../../../src/engine/housekeeping/collect';
import { removeRuns } from '../../../src/engine/housekeeping/remove';
import { verifyStore } from '../../../src/engine/verify/verify';
import { openStore } from '../../../src/store/open';
import type { RunRow } from '../../../src/store/rows/rows';
import type { Store } from '../../../src/store/store';
import { MemoryEngine } from '../../kit/memory';
import { temporaryPlace, withEnvironment } from '../../store/helpers/place';

const ROUNDS = Number(process.env.GC_ROUNDS ?? 10);
const SEED = Number(process.env.GC_SEED ?? 1);

const SIZE = 200_000;
const f = flow('films');
/** Large values: one that every run has, and one that a few have. */
const start = f.start(({ current }) => ({
  ns: [1, 2, 3],
  same: new Uint8Array(SIZE).fill(7),
  own: new Uint8Array(SIZE).fill(Number(current.run.split('/').at(-1)) % 5),
}));
const each = f.foreach('each', { after: start, over: 'ns' }, ({ self, input }) => ({
  sum: (self.own[0] as number) + (self.same[SIZE - 1] as number) + input,
}));
const all = f.join('all', { after: each }, ({ inputs }) => ({
  sums: inputs.map(({ sum }) => sum),
  own: inputs[0]?.own,
}));
const films = f.end(all);

withEnvironment('CI', undefined);
// Several runs at once in one process listen to it.
const most = process.getMaxListeners();
beforeAll(() => void process.setMaxListeners(100));
afterAll(() => void process.setMaxListeners(most));

let place: ReturnType<typeof temporaryPlace>;
beforeEach(() => {
  place = temporaryPlace();
});
afterEach(() => place.dispose());

async function withStore<T>(work: (engine: MemoryEngine, store: Store) => Promise<T>): Promise<T> {
  const store = openStore(place.folder);
  try {
    return await work(new MemoryEngine(store), store);
  } finally {
    await store.close();
  }
}

/** Other commands come in between what one asks: it waits for some answers that nobody wants. */
function slowly(store: Store, next: () => number): void {
  const { kv } = store;
  const get = kv.get.bind(kv);
  const waiting = async () => {
    for (let left = Math.floor(next() * 30); left > 0; left--) await get('nothing');
  };
  const [getMany, range] = [kv.getMany.bind(kv), kv.range.bind(kv)];
  kv.get = (key) => waiting().then(() => get(key));
  kv.getMany = (keys) => waiting().then(() => getMany(keys));
  kv.range = (query) => waiting().then(() => range(query));
}

/** As if all of it had been stored long ago. */
function age(): void {
  const cas = join(place.folder, 'cas');
  for (const name of readdirSync(cas, { recursive: true }) as string[])
    if (/[0-9a-f]{64}$/.test(name)) utimesSync(join(cas, name), new Date(0), new Date(0));
}

const gc = (keepLast: number) =>
  withStore(async (_, store) => {
    const beside = { store: place.folder, workspace: place.folder };
    const options = { namespace: undefined, now: Date.now(), by: 'mia', dryRun: false, beside };
    return collect(store, { ...options, policy: { keepLast } });
  });

async function problems(): Promise<string[]> {
  return withStore(async (_, store) => {
    const found: string[] = [];
    await verifyStore(store, {
      readData: true,
      report: ({ where, message }) => found.push(`${where} ${message}`),
    });
    return found;
  });
}

/** Numbers that are the same for the same seed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
}

/** What a command that names a run may be told: it was removed before it began to read. */
async function unlessRemoved<T>(work: Promise<T>): Promise<T | 'removed'> {
  try {
    return await work;
  } catch (error) {
    if ((error as { code?: string }).code === 'FLOW_RUN_REMOVED') return 'removed';
    throw error;
  }
}

test('nothing that a command reads is harmed', async () => {
  const next = random(SEED);
  const count = { runs: 0, resumes: 0, spins: 0, refused: 0, removed: 0 };
  for (let i = 0; i < 3; i++) await withStore((engine) => engine.run(films));
  for (let round = 0; round < ROUNDS; round++) {
    age();
    const newest = (await withStore((_, store) => store.latest('films')))?.run as number;
    const some = () => Math.max(1, newest - Math.floor(next() * 4));
    const done = async (
      what: 'runs' | 'resumes' | 'spins',
      work: (engine: MemoryEngine) => Promise<{ status: string }>,
    ) => {
      const outcome = await unlessRemoved(
        withStore((engine, store) => {
          slowly(store, next);
          return work(engine);
        }),
      );
      if (outcome !== 'removed') expect(outcome.status).toBe('done');
      count[outcome === 'removed' ? 'refused' : what]++;
    };
    const works: (() => Promise<void>)[] = [
      () => done('runs', (engine) => engine.run(films)),
      () => done('resumes', (engine) => engine.resume(films, some(), next() < 0.5 ? 'all' : 'each')),
      () => done('spins', (engine) => engine.spin(films, 'all', { run: some() })),
      () => done('spins', (engine) => engine.spin(films, 'all')),
      async () => {
        count.removed += (await gc(1 + Math.floor(next() * 2))).runs.length;
      },
    ];
    const order = works.map((work) => ({ work, at: next() })).sort((a, b) => a.at - b.at);
    await Promise.all(order.map(({ work }) => work()));
    if (round % 10 === 9 || round === ROUNDS - 1) expect(await problems()).toEqual([]);
  }
  age();
  await gc(1);
  expect(await problems()).toEqual([]);
  expect(count.removed).toBeGreaterThan(ROUNDS);
  if (process.env.GC_ROUNDS) console.log(JSON.stringify({ rounds: ROUNDS, ...count }));
});

test('a command that goes on while its run is removed has all of it, and so has the one that resumes it', async () => {
  await withStore(async (engine, store) => {
    await engine.run(films);
    await engine.run(films);
    expect((await store.run('films', 1))?.run).toBe(1);
    age();
    const removed = await withStore(async (_, other) =>
      removeRuns(other, [(await other.unpinnedRun('films', 1)) as RunRow], { by: 'mia', at: 0 }),
    );
    expect(removed).toMatchObject({ runs: ['films/1'], read: ['films/1'] });
    expect(await engine.visible('films', 1, 'start/1')).toMatchObject({ ns: [1, 2, 3] });
  });
  const again = await gc(5);
  expect([again.read, again.needed]).toEqual([[], []]);
  expect(await problems()).toEqual([]);
});

test('after gc, the store takes what is kept, within 5 %', async () => {
  const many = Number(process.env.GC_RUNS ?? 24);
  const big = flow('big');
  const first = big.start(() => ({ ns: Array.from({ length: 20 }, (_, i) => i) }));
  const bytes = random(SEED);
  const spread = big.foreach('spread', { after: first, over: 'ns' }, () => ({
    noise: Uint8Array.from({ length: 2000 }, () => bytes() * 256),
    large: new Float64Array(5000).fill(bytes()),
  }));
  const defined = big.end(big.join('last', { after: spread }, () => ({ n: 1 })));
  // The folders among which files are spread stay: there are 256 at most.
  const size = () =>
    ['db', 'cas']
      .flatMap((name) => readdirSync(join(place.folder, name), { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
  const compacted = () => withStore((_, store) => store.kv.compact({ gte: '', lt: '\x7f' }));
  await withStore(async (engine) => {
    for (let i = 0; i < many; i++) await engine.run(defined);
  });
  const before = size();
  age();
  const { runs } = await gc(4);
  expect(runs).toHaveLength(many - 4);
  const after = size();
  const other = place;
  place = temporaryPlace();
  try {
    await withStore(async (engine) => {
      for (let i = 0; i < 4; i++) await engine.run(defined);
    });
    await compacted();
    const whole = size();
    if (process.env.GC_RUNS) console.log(JSON.stringify({ before, after, whole, ratio: after / whole }));
    expect(before).toBeGreaterThan(4 * whole);
    expect(after).toBeLessThan(1.05 * whole);
  } finally {
    await other.dispose();
  }
});

import fc from 'fast-check';
import { decodeArtifact, encodeArtifact } from '../../src/store/artifacts';
import { scan } from '../../src/store/kv';
import { memoryStore, openStore } from '../../src/store/open';
import type { LogRow, RunRow, TaskRow } from '../../src/store/rows';
import { packArtifact, record, type Store, unpackArtifact } from '../../src/store/store';
import { difference } from './helpers/identical';
import { temporaryPlace, withEnvironment } from './helpers/place';

const runRow = (flow: string, run: number, more: Partial<RunRow> = {}): RunRow => ({
  flow,
  run,
  status: 'running',
  user: 'mia',
  namespace: 'user:mia',
  tags: [],
  systemTags: [],
  startedAt: 0,
  given: {},
  pid: 1,
  host: 'here',
  node: 'v20',
  version: '0',
  steps: [],
  ...more,
});

const taskRow = (step: string, task: number, more: Partial<TaskRow> = {}): TaskRow => ({
  step,
  task,
  kind: 'step' as TaskRow['kind'],
  status: 'done',
  attempt: 0,
  parents: [],
  stack: [],
  startedAt: 0,
  own: [],
  view: {},
  ...more,
});

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}
const numbers = (rows: { run: number }[]) => rows.map(({ run }) => run);

describe.each([
  ['in memory', () => ({ store: memoryStore(), dispose: async () => {} })],
  [
    'in LevelDB',
    () => {
      const place = temporaryPlace();
      return { store: openStore(place.folder), dispose: place.dispose };
    },
  ],
])('a store %s', (_, open) => {
  withEnvironment('CI', 'true');
  let store: Store;
  let dispose: () => Promise<void>;
  beforeEach(() => {
    ({ store, dispose } = open());
  });
  afterEach(async () => {
    await store.close();
    await dispose();
  });

  describe('runs', () => {
    test('have numbers from 1, each flow its own, and one for each nonce', async () => {
      expect(await store.claimRun('movies', 'a')).toBe(1);
      expect(await store.claimRun('movies', 'b/../c')).toBe(2);
      expect(await store.claimRun('movies', 'a')).toBe(1);
      expect(await store.claimRun('penguins', 'a')).toBe(1);
    });

    test('come newest first, however many they are', async () => {
      const many = Array.from({ length: 1100 }, (_, i) => i + 1);
      await store.commit(many.flatMap((run) => record.run(runRow('movies', run))));
      await store.commit(record.run(runRow('movies-too', 5)));
      await store.commit(record.run(runRow('movie', 7)));
      expect(numbers(await all(store.runs('movies')))).toEqual(many.toReversed());
      expect(numbers(await all(store.runs('movie')))).toEqual([7]);
      expect(await all(store.runs('none'))).toEqual([]);
    });

    test('are read as they were recorded, and recorded again as they became', async () => {
      const first = runRow('movies', 3, { tags: ['a/b', 'ü'], given: { alpha: 0.5 }, startedAt: 17 });
      await store.commit(record.run(first));
      expect(await store.run('movies', 3)).toEqual(first);
      const done = { ...first, status: 'done' as const, durationMs: 12, tasks: { done: 4, failed: 0 } };
      await store.commit(record.run(done), false);
      expect(await store.run('movies', 3)).toEqual(done);
      expect(await all(store.runs('movies'))).toEqual([done]);
      expect(await store.run('movies', 4)).toBeUndefined();
    });

    test('the latest is that of the namespace', async () => {
      const of = (run: number, namespace: string) => record.run(runRow('movies', run, { namespace }));
      await store.commit([
        ...of(9, 'user:mia'),
        ...of(10, 'user:mia'),
        ...of(11, 'user:bo'),
        ...of(12, 'user:mia2'),
      ]);
      await store.commit([...of(13, 'production/eu ~ü'), ...of(2, 'user:mia')]);
      await store.commit(record.run(runRow('moviesX', 99)));
      const latest = async (namespace: string) => (await store.latest('movies', namespace))?.run;
      expect(await latest('user:mia')).toBe(10);
      expect(await latest('user:bo')).toBe(11);
      expect(await latest('user:mia2')).toBe(12);
      expect(await latest('production/eu ~ü')).toBe(13);
      expect(await latest('production')).toBeUndefined();
      expect(await latest('user:')).toBeUndefined();
      expect(await store.latest('other', 'user:mia')).toBeUndefined();
      expect(numbers(await all(store.runs('movies', 'user:mia')))).toEqual([10, 9, 2]);
    });

    test('the latest of a thousand takes one read of one key', async () => {
      await store.commit(Array.from({ length: 1000 }, (_, i) => record.run(runRow('movies', i + 1))).flat());
      const asked: number[] = [];
      const range = store.kv.range.bind(store.kv);
      store.kv.range = (query) => {
        asked.push(query.limit);
        return range(query);
      };
      expect((await store.latest('movies', 'user:mia'))?.run).toBe(1000);
      expect(asked).toEqual([1]);
    });

    test('flows are those that have runs, in the order of their keys', async () => {
      expect(await store.flows()).toEqual([]);
      const names = ['movies', 'movies-b', 'movies_a', 'A', 'z', 'moviesX'];
      for (const name of names) {
        await store.claimRun(name, 'n');
        await store.commit([...record.run(runRow(name, 1)), ...record.run(runRow(name, 20))]);
      }
      expect(new Set(await store.flows())).toEqual(new Set(names));
      expect(await store.flows()).toHaveLength(names.length);
    });
  });

  describe('tasks', () => {
    test('are listed by step and then by number, of a run or of one step', async () => {
      const rows = [
        taskRow('train', 10),
        taskRow('train', 2),
        taskRow('train-b', 1),
        taskRow('load', 1, { own: ['movies'] }),
        taskRow('train', 11, { parents: ['load/1'], view: { movies: 'load/1' } }),
      ];
      await store.commit(rows.map((row) => record.task('movies', 1, row)));
      await store.commit([
        record.task('movies', 11, taskRow('train', 1)),
        record.task('movie', 1, taskRow('x', 1)),
      ]);
      const listed = async (run: number, step?: string) =>
        (await all(store.tasks('movies', run, step))).map((row) => `${row.step}/${row.task}`);
      expect(await listed(1, 'train')).toEqual(['train/2', 'train/10', 'train/11']);
      expect(await listed(1, 'load')).toEqual(['load/1']);
      expect(await listed(1, 'trai')).toEqual([]);
      expect((await listed(1)).toSorted()).toEqual([
        'load/1',
        'train-b/1',
        'train/10',
        'train/11',
        'train/2',
      ]);
      expect(await listed(11)).toEqual(['train/1']);
      expect(await store.task('movies', 1, 'train', 11)).toEqual(rows[4]);
      expect(await store.task('movies', 1, 'train', 1)).toBeUndefined();
      expect(
        await store.taskRows('movies', 1, [
          { step: 'load', task: 1 },
          { step: 'load', task: 2 },
          { step: 'train', task: 2 },
        ]),
      ).toEqual([rows[3], undefined, rows[1]]);
    });
  });

  describe('artifacts', () => {
    test('come in the order in which they were asked for, undefined where there is none', async () => {
      const at = (task: number, name: string) => ({ flow: 'movies', run: 1, step: 'load', task, name });
      const values: [number, string, unknown][] = [
        [1, 'movies', [{ title: 'ü' }]],
        [1, 'empty', Buffer.alloc(0)],
        [2, 'movies', new Map([['a', new Date(0)]])],
        [1, 'large', new Float64Array(20_000).fill(1.5)],
      ];
      await store.commit(
        await Promise.all(
          values.map(async ([task, name, value]) =>
            record.artifact(at(task, name), await encodeArtifact(name, value, store.cas)),
          ),
        ),
      );
      const asked = [
        ...values.toReversed().map(([task, name]) => at(task, name)),
        at(3, 'movies'),
        at(1, 'movie'),
      ];
      const found = await store.artifacts(asked);
      expect(found.slice(-2)).toEqual([undefined, undefined]);
      values.toReversed().forEach(([, , value], i) => {
        const artifact = found[i];
        expect(artifact && difference(value, decodeArtifact(artifact, store.cas))).toBeUndefined();
      });
      expect(found[0]).not.toHaveProperty('bytes');
      expect(await store.artifacts([])).toEqual([]);
    });
  });

  describe('logs', () => {
    test('come by step, task, attempt and line', async () => {
      const line = (text: string): LogRow => ({ stream: 'stdout', at: 5, text });
      const places = [
        { step: 'load', task: 1, attempt: 0, seq: 0 },
        { step: 'load', task: 1, attempt: 0, seq: 2 },
        { step: 'load', task: 1, attempt: 0, seq: 10 },
        { step: 'load', task: 1, attempt: 1, seq: 0 },
        { step: 'load', task: 2, attempt: 0, seq: 0 },
        { step: 'train', task: 1, attempt: 0, seq: 0 },
      ];
      const text = (p: (typeof places)[number]) => `${p.step} ${p.task} ${p.attempt} ${p.seq}\n`;
      await store.commit(places.toReversed().map((p) => record.log('movies', 1, p, line(text(p)))));
      await store.commit([
        record.log('movies', 11, { step: 'load', task: 1, attempt: 0, seq: 0 }, line('other')),
      ]);
      const logs = await all(store.logs('movies', 1));
      expect(logs).toEqual(
        places.map(({ step, task, attempt, ...p }) => ({
          ...line(text({ step, task, attempt, ...p })),
          step,
          task,
          attempt,
        })),
      );
      const texts = async (...of: [string?, number?]) =>
        (await all(store.logs('movies', 1, ...of))).map((row) => row.text);
      expect(await texts('load')).toEqual(places.slice(0, 5).map(text));
      expect(await texts('load', 1)).toEqual(places.slice(0, 4).map(text));
      expect(await texts('load', 3)).toEqual([]);
    });
  });

  test('keys are printable ASCII, whatever the names are', async () => {
    const odd = 'a/b ü~\u0000東%';
    await store.claimRun('movies', odd);
    await store.commit([
      ...record.run(runRow('movies', 1, { namespace: odd })),
      record.artifact(
        { flow: 'movies', run: 1, step: 's', task: 1, name: odd },
        await encodeArtifact('a', 1, store.cas),
      ),
    ]);
    const keys = (await all(scan(store.kv, { gte: '', lt: '\x7f' }))).map(([key]) => key);
    expect(keys).toHaveLength(5);
    for (const key of keys) expect(key).toMatch(/^[\x21-\x7e]+$/);
    expect((await store.latest('movies', odd))?.namespace).toBe(odd);
    expect(
      (await store.artifacts([{ flow: 'movies', run: 1, step: 's', task: 1, name: odd }]))[0]?.type,
    ).toBe('number');
  });
});

describe('a packed artifact', () => {
  const meta = fc.record({
    codec: fc.string(),
    version: fc.nat(),
    type: fc.string({ unit: 'grapheme' }),
    size: fc.nat(),
    digest: fc.string(),
  });

  test('is unpacked as it was, with its bytes or the reference to them', () => {
    fc.assert(
      fc.property(meta, fc.oneof(fc.uint8Array(), fc.string({ minLength: 1 })), (fields, rest) => {
        const artifact = typeof rest === 'string' ? { ...fields, hash: rest } : { ...fields, bytes: rest };
        const packed = packArtifact(artifact);
        // As it comes from the broker: somewhere in a larger message.
        const within = new Uint8Array(packed.length + 7).fill(9);
        within.set(packed, 5);
        const { bytes, ...back } = unpackArtifact(within.subarray(5, 5 + packed.length));
        expect(back).toEqual(typeof rest === 'string' ? artifact : fields);
        if (typeof rest !== 'string') expect(Buffer.compare(bytes as Uint8Array, rest)).toBe(0);
        else expect(bytes).toBeUndefined();
      }),
    );
  });
});

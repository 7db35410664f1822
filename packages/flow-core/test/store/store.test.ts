import fc from 'fast-check';
import { scan } from '../../src/store/kv/kv';
import { memoryStore, openStore } from '../../src/store/open';
import { logsByTime } from '../../src/store/rows/logs';
import { packArtifact, record, unpackArtifact } from '../../src/store/rows/records';
import type { LogRow, RunRow, TaskRow } from '../../src/store/rows/rows';
import type { Store } from '../../src/store/store';
import { decodeArtifact, encodeArtifact } from '../../src/store/values/artifacts';
import { difference } from './helpers/identical';
import { sharedPlace, withEnvironment } from './helpers/place';

const runRow = (flow: string, run: number, more: Partial<RunRow> = {}): RunRow => ({
  flow,
  run,
  status: 'failed',
  user: 'mia',
  namespace: 'user:mia',
  tags: [],
  systemTags: [],
  startedAt: 0,
  paramInputs: {},
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
  stored: [],
  inherited: {},
  ...more,
});

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}
const numbers = (rows: { run: number }[]) => rows.map(({ run }) => run);

const place = sharedPlace();

describe.each([
  ['in memory', () => ({ store: memoryStore(), dispose: async () => {} })],
  ['in LevelDB', () => ({ store: openStore(place.folder()), dispose: place.empty })],
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
      const first = runRow('movies', 3, { tags: ['a/b', 'ü'], paramInputs: { alpha: 0.5 }, startedAt: 17 });
      await store.commit(record.run(first));
      expect(await store.run('movies', 3)).toEqual(first);
      const done = { ...first, status: 'done' as const, durationMs: 12, tasks: { done: 4, failed: 0 } };
      await store.commit(record.run(done));
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
      // That of its twin is in the same request.
      expect(asked).toEqual([1]);
    });

    test('the latest of all is the newest of any namespace; those before one are found too', async () => {
      for (const [run, namespace] of [
        [1, 'a'],
        [2, 'b'],
        [3, 'a'],
        [4, 'b'],
      ] as const)
        await store.commit(record.run(runRow('movies', run, { namespace })));
      expect((await store.latest('movies'))?.run).toBe(4);
      expect(numbers(await all(store.runs('movies', undefined, 3)))).toEqual([2, 1]);
      expect(numbers(await all(store.runs('movies', 'b', 4)))).toEqual([2]);
      expect(numbers(await all(store.runs('movies', 'a', 1)))).toEqual([]);
    });

    test('have namespaces, each named once', async () => {
      expect(await all(store.namespaces('movies'))).toEqual([]);
      const names = ['prod/eu ~ü', 'user:bo', 'user:bob'];
      for (const namespace of names) {
        for (const run of [1, 2]) await store.commit(record.run(runRow('movies', run, { namespace })));
        await store.commit(record.run(runRow('moviesX', 1, { namespace: 'other' })));
      }
      expect(await all(store.namespaces('movies'))).toEqual(names);
    });

    test('flows are those that have runs, in the order of their keys', async () => {
      expect(await all(store.flows())).toEqual([]);
      const names = ['movies', 'movies-b', 'movies_a', 'A', 'z', 'moviesX'];
      for (const name of names) {
        await store.claimRun(name, 'n');
        await store.commit([...record.run(runRow(name, 1)), ...record.run(runRow(name, 20))]);
      }
      expect(new Set(await all(store.flows()))).toEqual(new Set(names));
      expect(await all(store.flows())).toHaveLength(names.length);
    });
  });

  describe('tags', () => {
    test('are those of the start with what was changed since, for each run its own', async () => {
      const row = runRow('movies', 3, { tags: ['z', 'a/b'] });
      for (const run of [2, 4, 33]) await store.commit(record.run(runRow('movies', run)));
      await store.commit(record.run(row));
      expect(await store.tags(row)).toEqual(['z', 'a/b']);
      await store.changeTags('movies', 3, { add: ['ü 1', '100%'], remove: ['a/b'] });
      await store.changeTags('movies', 33, { add: ['other'] });
      await store.changeTags('moviesX', 3, { add: ['other flow'] });
      expect(await store.tags(row)).toEqual(['z', '100%', 'ü 1']);
      await store.changeTags('movies', 3, { add: ['a/b', 'both'], remove: ['ü 1', 'z', 'both', 'absent'] });
      expect(await store.tags(row)).toEqual(['a/b', '100%', 'both']);
      expect(await store.run('movies', 3)).toEqual(row);
      const tagged = await all(store.tagged('movies'));
      expect(tagged.map(({ run, tags }) => [run, ...tags])).toEqual([
        [33, 'other'],
        [4],
        [3, 'a/b', '100%', 'both'],
        [2],
      ]);
    });

    test('that were changed stay so when the run’s row is written again, and a change that is sent twice is one', async () => {
      const row = runRow('movies', 1, { tags: ['first'] });
      await store.commit(record.run(row));
      for (let twice = 0; twice < 2; twice++)
        await store.changeTags('movies', 1, { add: ['later'], remove: ['first'] });
      await store.commit(record.run({ ...row, status: 'done' }));
      expect(await store.tags((await store.run('movies', 1)) as RunRow)).toEqual(['later']);
    });

    test('of a thousand runs are read beside them, in one more scan', async () => {
      const many = Array.from({ length: 1100 }, (_, i) => i + 1);
      await store.commit(many.flatMap((run) => record.run(runRow('movies', run))));
      for (const run of many) await store.changeTags('movies', run, { add: [`t${run}`, 'x'] });
      const asked: string[] = [];
      const range = store.kv.range.bind(store.kv);
      store.kv.range = (query) => {
        asked.push(query.gte.split('/')[0] as string);
        return range(query);
      };
      const rows = await all(store.tagged('movies'));
      expect(rows.map(({ run, tags }) => [run, ...tags])).toEqual(
        many.toReversed().map((run) => [run, `t${run}`, 'x']),
      );
      expect(asked.filter((kind) => kind === 'tag').length).toBeLessThan(8);
    });

    test('lead to the runs that have them, however they came to them, and nothing is read of the others', async () => {
      const many = Array.from({ length: 2500 }, (_, i) => i + 1);
      const tagsOf = (run: number) => (run % 1000 === 1 ? ['a "quoted" one', 'x'] : ['x']);
      const rowOf = (run: number) =>
        runRow('movies', run, {
          ...{ tags: tagsOf(run), systemTags: ['user:ada'] },
          namespace: run === 1001 ? 'other' : 'user:ada',
        });
      await store.commit(many.flatMap((run) => record.run(rowOf(run))));
      await store.changeTags('movies', 77, { add: ['a "quoted" one'] });
      await store.changeTags('movies', 2001, { remove: ['a "quoted" one'] });
      const wanted = { tags: ['a "quoted" one', 'x'] };
      let bytes = 0;
      const range = store.kv.range.bind(store.kv);
      store.kv.range = async (query) => {
        const entries = await range(query);
        if (query.gte.startsWith('run/')) for (const [, value] of entries) bytes += value.length;
        return entries;
      };
      const found = async (namespace?: string) =>
        (await all(store.tagged('movies', { ...wanted, namespace }))).map(({ run, tags }) => [run, ...tags]);
      expect(await found()).toEqual([
        [1001, 'a "quoted" one', 'x'],
        [77, 'x', 'a "quoted" one'],
        [1, 'a "quoted" one', 'x'],
      ]);
      expect(bytes).toBeLessThan(10 * JSON.stringify(rowOf(1)).length);
      expect(await found('user:ada')).toEqual([
        [77, 'x', 'a "quoted" one'],
        [1, 'a "quoted" one', 'x'],
      ]);
      expect(await all(store.tagged('movies', { tags: ['nobody has it'] }))).toEqual([]);
      expect((await all(store.tagged('movies', { tags: ['user:ada'] }))).length).toBe(2500);
    });

    test('added by a hundred clients at once all stand', async () => {
      const row = runRow('movies', 1);
      await store.commit(record.run(row));
      const tags = Array.from({ length: 100 }, (_, i) => `tag ${i}`);
      await Promise.all(tags.map((tag) => store.changeTags('movies', 1, { add: [tag] })));
      expect(new Set(await store.tags(row))).toEqual(new Set(tags));
    });
  });

  describe('tasks', () => {
    test('are listed by step and then by number, of a run or of one step', async () => {
      const rows = [
        taskRow('train', 10),
        taskRow('train', 2),
        taskRow('train-b', 1),
        taskRow('load', 1, { stored: ['movies'] }),
        taskRow('train', 11, { parents: ['load/1'], inherited: { movies: 'load/1' } }),
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

  describe('logs by time', () => {
    const write = (step: string, task: number, times: number[]) =>
      store.commit(
        times.map((at, seq) =>
          record.log('movies', 1, { step, task, attempt: 0, seq }, {
            stream: 'stdout',
            at,
            text: `${step}/${task} at ${at}`,
          } satisfies LogRow),
        ),
      );

    test('come from all tasks in the order of their times, and say when a task’s are over', async () => {
      await write('b', 1, [5, 30]);
      await write('a', 2, [10, 20, 40]);
      await write('c', 3, [1, 50]);
      await store.commit([
        record.log(
          'movies',
          11,
          { step: 'a', task: 2, attempt: 0, seq: 0 },
          { stream: 'stdout', at: 2, text: '' },
        ),
      ]);
      const rows = await all(logsByTime(store, 'movies', 1));
      expect(rows.map(({ at, step, last }) => [at, step, last])).toEqual([
        [1, 'c', false],
        [5, 'b', false],
        [10, 'a', false],
        [20, 'a', false],
        [30, 'b', true],
        [40, 'a', true],
        [50, 'c', true],
      ]);
      const ofStep = await all(logsByTime(store, 'movies', 1, 'a'));
      expect(ofStep.map(({ text }) => text)).toEqual(['a/2 at 10', 'a/2 at 20', 'a/2 at 40']);
      expect(await all(logsByTime(store, 'movies', 2))).toEqual([]);
    });

    test('of tasks that follow one another are read one after another, however many and however long', async () => {
      const long = 70;
      const tasks = 40;
      for (let task = 1; task <= tasks; task++)
        await write(
          'each',
          task,
          task % 3 === 0 ? [task * 1000] : Array.from({ length: long }, (_, i) => task * 1000 + i),
        );
      let limit = 0;
      const range = store.kv.range.bind(store.kv);
      store.kv.range = (query) => {
        limit = Math.max(limit, query.limit);
        return range(query);
      };
      const rows = await all(logsByTime(store, 'movies', 1));
      const times = rows.map(({ at }) => at);
      expect(times).toEqual(times.toSorted((x, y) => x - y));
      expect(rows).toHaveLength(13 + 27 * long);
      expect(rows.filter(({ last }) => last)).toHaveLength(tasks);
      // A page is small: its rows may be large.
      expect(limit).toBeLessThanOrEqual(16);
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
    expect(keys).toHaveLength(7);
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

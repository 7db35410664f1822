/** The behaviours of the conformance matrix: each holds for every graph. Adding one is one entry. */
import { client } from '../../src/client/client';
import { recordedViews } from '../../src/engine/record/views';
import { scan } from '../../src/store/kv/kv';
import { prefixRange } from '../../src/store/kv/row-keys';
import { memoryStore } from '../../src/store/open';
import type { ArtifactRecord, TaskRow } from '../../src/store/rows/rows';
import { decodeArtifact } from '../../src/store/values/artifacts';
import { Bench, expectSame, expectSameSpin, labelOf, type Recorded } from './bench';
import { type Context, returnedBy, snapshot } from './body';
import type { Task } from './interpreter';
import type { Program, Spec } from './program';

export interface Behaviour {
  /** Where it can be seen at all; everywhere, if absent. */
  in?(program: Program): boolean;
  check(program: Program): Promise<void>;
}

export const BEHAVIOURS: Record<string, Behaviour> = {
  'every artifact reaches every task below': {
    async check(program) {
      const bench = new Bench(program);
      const run = await bench.run();
      expect(run.row.status).toBe('done');
      const meaning = await bench.agrees(run);
      expectSame([...run.executed].sort(), [...meaning.keys()].sort(), 'what was executed');
      expect(run.row.tasks).toEqual({ done: meaning.size, failed: 0 });
    },
  },

  'run --reuse takes every task over, and is the same run': {
    async check(program) {
      const bench = new Bench(program);
      const first = await bench.run({ reuse: false });
      const again = await bench.run({ reuse: true });
      expect(again.executed).toEqual([]);
      expect(again.row).toMatchObject({
        status: 'done',
        tasks: { done: 0, failed: 0, reused: first.tasks.size },
      });
      await bench.agrees(again);
      // What was taken over stands for the next run, too.
      const third = await bench.run({ reuse: true, shuffle: 1 });
      expect(third.executed).toEqual([]);
      const meaning = await bench.agrees(third);
      await bench.spinsTheSame(third, [...meaning.values()].at(-1) as Task);
    },
  },

  'run --reuse executes what was edited, and what sees another result': {
    async check(program) {
      const store = memoryStore();
      await new Bench(program, store).run({ reuse: false });
      const some = Math.ceil(program.specs.length / 4);
      for (const { name } of program.specs.filter((_, i) => i % some === 0)) {
        const noted = edited(program, name, (spec) => {
          spec.note = 1;
        });
        const same = await new Bench(noted, store).run({ reuse: true });
        expectSame(
          [...new Set(same.executed.map(stepOf))],
          isReached(same, name) ? [name] : [],
          'what is executed',
        );
        await new Bench(noted, store).agrees(same);
        const salted = edited(program, name, (spec) => {
          spec.salt = 1;
        });
        await new Bench(salted, store).agrees(await new Bench(salted, store).run({ reuse: true }));
      }
    },
  },

  'merge passes on by reference, and stores nothing again': {
    in: has('join', 'gather'),
    async check(program) {
      const bench = new Bench(program);
      const run = await bench.run();
      for (const { key, spec, parents, base, returned } of bench.meaning().values()) {
        if (spec.kind !== 'join' && spec.kind !== 'gather') continue;
        const row = run.tasks.get(key) as TaskRow;
        const merged = Object.keys(returned).filter((name) => !row.stored.includes(name));
        expect(Object.keys(row.inherited).sort()).toEqual(merged.sort());
        expect(merged.length).toBeGreaterThan(0);
        const inputs = base === undefined ? parents : [base];
        const labels = inputs.map((parent) => labelOf(run.tasks.get(parent) as TaskRow));
        const views = await recordedViews(bench.store, program.name, run.run, labels);
        for (const name of merged) {
          const shown = labels.map((label) => views.get(label)?.entries.get(name)?.at);
          expect(row.inherited[name]).toBe(shown.find((at) => at !== undefined));
        }
        const address = { flow: program.name, run: run.run, step: row.step, task: row.task };
        const stored = await bench.store.artifacts(merged.map((name) => ({ ...address, name })));
        expect(stored.every((artifact) => artifact === undefined)).toBe(true);
      }
    },
  },

  'inputs come in split order, whatever finishes first': {
    async check(program) {
      for (const shuffle of [1, 2, 3, 4, 5]) {
        const bench = new Bench(program);
        const run = await bench.run({ shuffle });
        expect(run.row.status).toBe('done');
        await bench.agrees(run);
      }
    },
  },

  'a body is given its inputs, its item, its index, its stack, its iteration and the parameters': {
    async check(program) {
      const bench = new Bench(program);
      const given: Record<string, string> = {};
      const before = (key: string, context: Context) => {
        given[key] = snapshot(context);
      };
      const params = { seed: '5', label: 'given' };
      await bench.run({ params, hooks: { before } });
      const wanted = [...bench.meaning({ params: { seed: 5, label: 'given' } }).values()];
      expect(given).toEqual(Object.fromEntries(wanted.map(({ key, context }) => [key, snapshot(context)])));
    },
  },

  'the foreach stack of a task names its splits, outermost first': {
    in: has('foreach'),
    async check(program) {
      const bench = new Bench(program);
      const run = await bench.run();
      const recorded = await client(program.name, { store: bench.store, namespace: null }).latest();
      for (const { key, step, stack } of bench.meaning().values()) {
        const row = run.tasks.get(key) as TaskRow;
        expect(row.stack.map(({ step, index, count, over }) => ({ step, index, count, over }))).toEqual(
          stack.map(({ step, index, count, over }) => ({ step, index, count, over })),
        );
        expect((await recorded.step(step).task(row.task)).index).toEqual(stack.map(({ index }) => index));
      }
    },
  },

  'lineage leads from every task to its parents, and back': {
    async check(program) {
      const bench = new Bench(program);
      const run = await bench.run();
      const recorded = await client(program.name, { store: bench.store, namespace: null }).latest();
      const meaning = bench.meaning();
      const pathspec = (key: string) => pathspecOf(program, run, key);
      for (const { key, step, parents } of meaning.values()) {
        const task = await recorded.step(step).task((run.tasks.get(key) as TaskRow).task);
        expect((await task.parents()).map((parent) => parent.pathspec)).toEqual(parents.map(pathspec));
        const children: string[] = [];
        for await (const child of task.children()) children.push(child.pathspec);
        const wanted = [...meaning.values()].filter((other) => other.parents.includes(key));
        expect(children.sort()).toEqual(wanted.map((child) => pathspec(child.key)).sort());
      }
    },
  },

  'a step that is tried again records each attempt, and its result counts': {
    async check(program) {
      const bench = new Bench(program);
      const before = (key: string, { current }: { current: { attempt: number } }) => {
        if (current.attempt < 2) throw new Error(`${key}, attempt ${current.attempt}`);
      };
      const run = await bench.run({ shuffle: 1, hooks: { before }, options: () => ({ retry: 2 }) });
      expect(run.row.status).toBe('done');
      const meaning = bench.meaning();
      expect(run.executed.length).toBe(3 * meaning.size);
      for (const [key, row] of run.tasks) {
        expect(row).toMatchObject({ status: 'done', attempt: 2 });
        const messages = row.attempts?.map(({ error }) => error.message);
        expect(messages).toEqual([`${key}, attempt 0`, `${key}, attempt 1`]);
      }
      await bench.agrees(run, { attempt: 2 });
    },
  },

  'a step that catches counts as done, with its error as an artifact and its own names absent': {
    in: (program) => program.specs.some(canCatch),
    async check(program) {
      for (const { name } of program.specs.filter(canCatch)) {
        const bench = new Bench(program);
        const before = (key: string, _: unknown, spec: Spec) => {
          if (spec.name === name && !/[13579]\|/.test(key)) throw new RangeError(`in ${key}`);
        };
        const options = (spec: Spec) => (spec.name === name ? { catch: 'problem' } : {});
        const run = await bench.run({ hooks: { before }, options });
        expect(run.row.status).toBe('done');
        const meaning = await bench.agrees(run, { hooks: { before }, catches: { [name]: 'problem' } });
        const caught = [...meaning.values()].filter((task) => task.caught);
        for (const { key, step } of caught) {
          const row = run.tasks.get(key) as TaskRow;
          expect(row).toMatchObject({ status: 'done', stored: ['problem'], error: { message: `in ${key}` } });
          // A spin does not catch: one wants to see the error.
          const spun = await bench.spin(
            step,
            { run: run.run, task: row.task },
            { hooks: { before }, options },
          );
          expect(spun).toMatchObject({ status: 'failed', error: { name: 'RangeError' } });
        }
      }
    },
  },

  'a step that throws fails the run: its error is recorded, and nothing behind it runs': {
    async check(program) {
      for (const { name } of program.specs) {
        const bench = new Bench(program);
        const before = (key: string, _: unknown, spec: Spec) => {
          if (spec.name === name) throw Object.assign(new SyntaxError(`in ${key}`), { code: 'MINE' });
        };
        const run = await bench.run({ hooks: { before }, shuffle: 1 });
        const meaning = await bench.agrees(run, { hooks: { before } });
        const failed = [...meaning.values()].filter(({ error }) => error !== undefined);
        expectSame([...run.tasks.keys()].sort(), [...meaning.keys()].sort(), 'what ran');
        const status = failed.length > 0 ? 'failed' : 'done';
        expect(run.row).toMatchObject({
          status,
          tasks: { done: meaning.size - failed.length, failed: failed.length },
        });
        for (const { key } of failed) {
          const error = { name: 'SyntaxError', message: `in ${key}`, code: 'MINE' };
          expect(run.tasks.get(key)).toMatchObject({ status: 'failed', error, stored: [], inherited: {} });
          expect(run.tasks.get(key)?.error?.stack).toContain('behaviours.ts');
        }
      }
    },
  },

  'resume from any step executes it and what follows, and takes over the rest': {
    async check(program) {
      const bench = new Bench(program);
      const first = await bench.run();
      for (const { name } of program.specs) {
        const resumed = await bench.resume(first, { from: name });
        expect(resumed.row).toMatchObject({ status: 'done', origin: first.run });
        const meaning = await bench.agrees(resumed);
        const wanted = withFollowers(meaning, ({ step }) => step === name);
        expectSame([...resumed.executed].sort(), wanted, `resume ${name}`);
        expectTaken(resumed, first, wanted);
        for (const task of meaning.values()) {
          if (task.step === name) await bench.spinsTheSame(resumed, task);
        }
      }
    },
  },

  'resume after a failure in any step executes what was not finished': {
    async check(program) {
      for (const { key: culprit } of lastOfEach(new Bench(program))) {
        const bench = new Bench(program);
        const before = (key: string) => {
          if (key === culprit) throw new Error('once');
        };
        const failed = await bench.run({ hooks: { before } });
        expect(failed.row.status).toBe('failed');
        const resumed = await bench.resume(failed);
        const meaning = await bench.agrees(resumed);
        const wanted = withFollowers(meaning, ({ key }) => failed.tasks.get(key)?.status !== 'done');
        expect(wanted).toContain(culprit);
        expectSame([...resumed.executed].sort(), wanted, `resume after ${culprit} failed`);
        expectTaken(resumed, failed, wanted);
        // The resumed run can be resumed in its turn: every task still names the one that executed.
        const again = await bench.resume(resumed, { from: 'end' });
        await bench.agrees(again);
        expect(again.executed).toEqual(['end||']);
        expect(sourcesOf(again)).toEqual({ ...sourcesOf(resumed), ...sourcesOf(again, ['end||']) });
      }
    },
  },

  'resume with another parameter executes what read it, and what follows': {
    async check(program) {
      const bench = new Bench(program);
      const first = await bench.run();
      const resumed = await bench.resume(first, { params: { seed: 9 } });
      const meaning = await bench.agrees(resumed, { params: { seed: 9 } });
      const readers = withFollowers(meaning, ({ spec }) => spec.params);
      expectSame([...resumed.executed].sort(), readers, 'what read the parameter');
    },
  },

  'the tags of a run are its own, and find it': {
    async check(program) {
      const bench = new Bench(program);
      const seen: string[] = [];
      const before = (_: string, { current }: { current: Record<string, unknown> }) => {
        seen.push([...(current.tags as Set<string>)].join());
      };
      await bench.run({ tags: ['old'] });
      const tagged = await bench.run({ tags: ['exp=1', 'two words'], hooks: { before } });
      await bench.run();
      expect(new Set(seen)).toEqual(new Set(['exp=1,two words']));
      expect(tagged.row).toMatchObject({ tags: ['exp=1', 'two words'], systemTags: ['user:tester'] });
      const runs: number[] = [];
      const all = client(program.name, { store: bench.store, namespace: 'user:tester' });
      for await (const { number } of all.runs({ tag: 'exp=1' })) runs.push(number);
      expect(runs).toEqual([tagged.run]);
    },
  },

  '`current` tells a task who and where it is': {
    async check(program) {
      const bench = new Bench(program);
      const run = await expectCurrent(bench, (settings) => bench.run(settings), {});
      const origin = `${program.name}/${run.run}`;
      await expectCurrent(bench, (settings) => bench.resume(run, { ...settings, from: 'start' }), { origin });
    },
  },

  'what a task writes is its own log': {
    async check(program) {
      const bench = new Bench(program);
      const before = (key: string, { log }: { log(text: string): void }) => {
        log(`${key} begins`);
        log('é'.repeat(10));
      };
      const run = await bench.run({ shuffle: 3, hooks: { before } });
      const recorded = await client(program.name, { store: bench.store, namespace: null }).latest();
      for (const [key, { step, task }] of run.tasks) {
        const text = await (await recorded.step(step).task(task)).stdout();
        expect(text).toBe(`${key} begins\néééééééééé\n`);
      }
    },
  },

  'large artifacts lie beside the store, and are what they were': {
    async check(program) {
      const bench = new Bench(program);
      const extra = (key: string) => ({
        large: key.repeat(10_000),
        bytes: new Uint8Array(40_000).fill(key.length),
      });
      const run = await bench.run({ hooks: { extra } });
      const meaning = await bench.agrees(run, { hooks: { extra } });
      for (const task of meaning.values()) {
        const at = { flow: program.name, run: run.run, ...(run.tasks.get(task.key) as TaskRow) };
        const records = await bench.store.artifacts(['large', 'bytes'].map((name) => ({ ...at, name })));
        for (const record of records) expect(record).toMatchObject({ hash: expect.any(String) });
        await bench.spinsTheSame(run, task, { hooks: { extra } });
      }
    },
  },

  'a spin of any task gives what the run recorded, by its pathspec and by its step, index and iteration': {
    async check(program) {
      const bench = new Bench(program);
      const run = await bench.run({ shuffle: 2 });
      const before = await contents(bench);
      for (const task of (await bench.agrees(run)).values()) {
        await bench.spinsTheSame(run, task);
        const { iteration } = task;
        const index = task.stack.map((frame) => frame.index);
        const named = await bench.spin(task.step, {
          index,
          ...(iteration === undefined ? {} : { iteration }),
        });
        expectSameSpin(named, task);
        expect(named.origin).toBe(pathspecOf(program, run, task.key));
      }
      expect(await contents(bench)).toEqual(before);
    },
  },

  'a spin of any step takes what is given over what was recorded': {
    async check(program) {
      const bench = new Bench(program);
      const run = await bench.run();
      for (const { key, step, spec, context } of lastOfEach(bench)) {
        const { task } = run.tasks.get(key) as TaskRow;
        const at = { run: run.run, task };
        const params = await bench.spin(step, at, { params: { label: 'other' } });
        const other = { ...context, params: { ...context.params, label: 'other' } };
        expectReturned(bench, params, returnedBy(spec, other), `${key} with another parameter`);

        const set = { shared: 'given', fresh: [1] };
        if (step === 'start' || bench.meaning().get(key)?.base !== undefined) {
          await expect(bench.spin(step, { ...at, set })).rejects.toMatchObject({ code: 'FLOW_USAGE' });
          continue;
        }
        const given = { ...context };
        if (given.self) given.self = { ...given.self, ...set };
        given.inputs &&= mapValues(given.inputs, (input) => ({ ...input, ...set }));
        expectReturned(
          bench,
          await bench.spin(step, { ...at, set }),
          returnedBy(spec, given),
          `${key} with --set`,
        );

        // One input of a join or gather alone.
        if (!context.inputs) continue;
        const name = Object.keys(context.inputs).at(-1) as string;
        const one = {
          ...context,
          inputs: mapValues(context.inputs, (v, k) => (k === name ? { ...v, ...set } : v)),
        };
        const spun = await bench.spin(step, { ...at, given: { [name]: set } });
        const same =
          new Set((run.tasks.get(key) as TaskRow).parents).size < Object.keys(context.inputs).length;
        if (!same) expectReturned(bench, spun, returnedBy(spec, one), `${key} with ${name} given`);
      }
    },
  },
};

function has(...kinds: string[]): (program: Program) => boolean {
  return ({ specs }) => specs.some(({ kind }) => kinds.includes(kind));
}

/** A step that may catch, and whose followers need nothing of it. */
function canCatch({ kind, lists }: Spec): boolean {
  return ['step', 'foreach', 'join', 'gather'].includes(kind) && lists.length === 0;
}

/** One task of each step: the last. */
function lastOfEach(bench: Bench): Task[] {
  return [...new Map([...bench.meaning().values()].map((task) => [task.step, task])).values()];
}

/** The tasks that are so, and all that follow one of them; their places in order. */
function withFollowers(meaning: Map<string, Task>, is: (task: Task) => boolean): string[] {
  const found = new Set<string>();
  for (const task of meaning.values()) {
    if (is(task) || [...task.parents, task.base].some((one) => one !== undefined && found.has(one)))
      found.add(task.key);
  }
  return [...found].sort();
}

/** What was not executed names the task of the origin that stands for it, and nothing of it was copied. */
function expectTaken(resumed: Recorded, origin: Recorded, executed: string[]): void {
  const taken = [...resumed.tasks].filter(([, row]) => row.origin !== undefined);
  expect(taken.map(([key]) => key).sort()).toEqual(
    [...resumed.tasks.keys()].filter((key) => !executed.includes(key)).sort(),
  );
  for (const [key, row] of taken) {
    expect(row.origin).toBe(`${origin.run}/${labelOf(origin.tasks.get(key) as TaskRow)}`);
    expect(row.stored).toEqual([]);
  }
}

/** For each task, the one that executed. */
function sourcesOf({ run, tasks }: Recorded, keys = [...tasks.keys()]): Record<string, string> {
  const source = (row: TaskRow) => row.origin ?? `${run}/${labelOf(row)}`;
  return Object.fromEntries(keys.map((key) => [key, source(tasks.get(key) as TaskRow)]));
}

function pathspecOf({ name }: Program, { run, tasks }: Recorded, key: string): string {
  return `${name}/${run}/${labelOf(tasks.get(key) as TaskRow)}`;
}

type Observed = { hooks: { before(key: string, context: { current: Record<string, unknown> }): void } };
async function expectCurrent(
  { program }: Bench,
  start: (settings: Observed) => Promise<Recorded>,
  more: object,
): Promise<Recorded> {
  const seen: Record<string, unknown> = {};
  const before: Observed['hooks']['before'] = (key, { current }) => {
    seen[key] = current;
  };
  const run = await start({ hooks: { before } });
  const common = { flow: program.name, run: String(run.run), attempt: 0, user: 'tester', tags: new Set() };
  for (const [key, { step, task }] of run.tasks) {
    const own = { step, task: String(task), pathspec: pathspecOf(program, run, key) };
    expect(seen[key]).toEqual({ ...common, ...own, namespace: 'user:tester', ...more });
  }
  return run;
}

/** Every key and value of the store. */
async function contents({ store }: Bench): Promise<string[]> {
  const found: string[] = [];
  for await (const [key, value] of scan(store.kv, prefixRange(''))) {
    found.push(`${key} ${Buffer.from(value).toString('base64')}`);
  }
  return found;
}

type Spun = Awaited<ReturnType<Bench['spin']>>;
function expectReturned({ store }: Bench, spun: Spun, wanted: Record<string, unknown>, what: string): void {
  expect(spun.error).toBeUndefined();
  const decoded = (record: ArtifactRecord) => decodeArtifact(record, store.cas);
  const found = spun.artifacts
    .filter(({ change }) => change !== 'gone')
    .map(({ name, value, reference }) => [name, reference ? decoded(reference) : value]);
  expectSame(
    Object.fromEntries(found.sort(byFirst)),
    Object.fromEntries(Object.entries(wanted).sort(byFirst)),
    what,
  );
}
function byFirst([a]: unknown[], [b]: unknown[]): number {
  return String(a) < String(b) ? -1 : 1;
}

function mapValues(inputs: object, map: (value: Values, key: string) => Values): never {
  const mapped = Object.entries(inputs).map(([key, value]) => [key, map(value, key)] as const);
  return (Array.isArray(inputs) ? mapped.map(([, value]) => value) : Object.fromEntries(mapped)) as never;
}
type Values = Record<string, unknown>;

/** The program with another text of one step. */
function edited(program: Program, name: string, edit: (spec: Spec) => void): Program {
  const copy = structuredClone(program);
  edit(copy.specs.find((spec) => spec.name === name) as Spec);
  return copy;
}

const stepOf = (key: string) => key.slice(0, key.indexOf('|'));

function isReached({ tasks }: Recorded, step: string): boolean {
  return [...tasks.keys()].some((key) => stepOf(key) === step);
}

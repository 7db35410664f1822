import { flow, merge } from '../../src';
import { flowMatchers, Runner } from '../../src/testing';
import kinds, { all, big, both, each, left, shrink, size, start } from './flows';

expect.extend(flowMatchers);

type Eq<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const is = <T extends true>(_?: T) => {};

let runner: Runner<{ factor: number }, object>;
beforeEach(() => {
  runner = new Runner(kinds);
});
afterEach(() => runner.dispose());

describe('a step on given artifacts alone', () => {
  test('a linear step sees what it is given, without any run', async () => {
    const spun = await runner.spin(left, { artifacts: { total: 8, table: new Map() } });
    expect(spun).toMatchObject({
      step: 'left',
      status: 'done',
      error: undefined,
      origin: undefined,
      index: [],
    });
    expect(spun.artifacts).toEqual({ half: 4, isMap: true });
    is<Eq<typeof spun.artifacts.half, number>>();
    expect(spun.durationMs).toBeGreaterThan(0);
  });

  test('a name that no step could read is refused', async () => {
    const artifacts = { ['__proto__']: 1 };
    await expect(runner.spin(left, { artifacts: artifacts as never })).rejects.toMatchObject({
      code: 'FLOW_ARTIFACT_NAME',
    });
  });

  test('start sees its parameters', async () => {
    const spun = await runner.spin(start, { params: { factor: '7' } });
    expect(spun.artifacts.factor).toBe(7);
    expect(spun.artifacts.table).toEqual(new Map([['a', 1]]));
  });

  test('a foreach takes its item from the list that it is given', async () => {
    const artifacts = { names: ['x', 'long'], factor: 2 };
    expect((await runner.spin(each, { artifacts })).artifacts).toEqual({ length: 2, label: '0:x' });
    const second = await runner.spin(each, { artifacts, index: 1 });
    expect(second.artifacts).toEqual({ length: 8, label: '1:long' });
    expect(second.index).toEqual([1]);
  });

  test('a join takes a list, a gather an object for each branch', async () => {
    const joined = await runner.spin(all, {
      artifacts: [
        { length: 1, label: 'a', factor: 3 },
        { length: 2, label: 'b', factor: 3 },
      ],
    });
    expect(joined.artifacts).toEqual({ factor: 3, total: 3, labels: ['a', 'b'] });
    // As behind a foreach over nothing.
    const none = await runner.spin(all, { artifacts: [] });
    expect(none.artifacts).toMatchObject({ total: 0, labels: [] });
    const gathered = await runner.spin(both, {
      artifacts: { left: { half: 1, total: 2 }, right: { first: 'f' } },
    });
    expect(gathered.artifacts).toEqual({ text: '1 f', total: 2 });
  });

  test('a switch decides, a loop has its iteration', async () => {
    expect((await runner.spin(size, { artifacts: { total: 51 } })).artifacts.kind).toBe('big');
    expect((await runner.spin(shrink, { artifacts: { n: 8 } })).artifacts).toEqual({ n: 4, more: true });
    const last = await runner.spin(shrink, { artifacts: { n: 8 }, iteration: 2 });
    expect(last.artifacts.more).toBe(false);
  });

  test('nested foreaches have their items from the lists that were given', async () => {
    const f = flow('nested');
    const first = f.start(() => ({ rows: [{ cells: [1, 2] }] }));
    const row = f.foreach('row', { after: first, over: 'rows' }, ({ input }) => ({ cells: input.cells }));
    const cell = f.foreach('cell', { after: row, over: 'cells' }, ({ input, stack }) => ({
      sum: input + stack[1].cells.length,
    }));
    const rowEnd = f.join('rowEnd', { after: cell }, () => ({}));
    const end = f.join('endRows', { after: rowEnd }, () => ({}));
    const nested = new Runner(f.end(end));
    const rows = [{ cells: [0] }, { cells: [5, 6, 7] }];
    const spun = await nested.spin(cell, { artifacts: { rows, cells: [5, 6, 7] }, index: [1, 2] });
    expect(spun).toMatchObject({ status: 'done', index: [1, 2] });
    expect(spun.artifacts.sum).toBe(10);
  });

  test('nothing is read from the store, even where there is a run', async () => {
    await runner.run();
    const spun = await runner.spin(left, { artifacts: { total: 8 } });
    expect(spun).toFailWith('FLOW_ARTIFACT_NOT_GIVEN');
    expect(spun.error?.message).toBe('The step reads self.table, which was not given. There is: total.');
  });

  test('merge names the inputs whose values differ', async () => {
    const artifacts = [
      { factor: 1, length: 1 },
      { factor: 2, length: 1 },
    ];
    const spun = await runner.spin(all, { artifacts: artifacts.map((one) => ({ ...one, label: '' })) });
    expect(spun).toFailWith('"factor": inputs[0] has 1; inputs[1] has 2');
  });

  test.each([
    ['a join without a list', () => runner.spin('all', { artifacts: {} }), 'FLOW_OVERRIDE'],
    [
      'a branch that is not gathered',
      () => runner.spin('both', { artifacts: { lefd: {} } }),
      'FLOW_OVERRIDE',
    ],
    ['artifacts of start', () => runner.spin('start', { artifacts: { a: 1 } }), 'FLOW_USAGE'],
    [
      'a number where a foreach needs a list',
      () => runner.spin('each', { artifacts: { names: 1 } }),
      'FLOW_FOREACH_LIST',
    ],
    [
      'an index beyond the list',
      () => runner.spin('each', { artifacts: { names: ['a'] }, index: 1 }),
      'FLOW_INDEX',
    ],
    ['an index outside a foreach', () => runner.spin('left', { artifacts: {}, index: 0 }), 'FLOW_INDEX'],
    [
      'an iteration of what is no loop',
      () => runner.spin('left', { artifacts: {}, iteration: 0 }),
      'FLOW_ITERATION',
    ],
    ['a function', () => runner.spin('left', { artifacts: { total: () => 1 } }), 'FLOW_ARTIFACT_UNSTORABLE'],
  ])('%s is bad usage', async (_, spin, code) => {
    await expect(spin()).rejects.toMatchObject({ name: 'FlowError', code });
  });
});

describe('a step on recorded inputs', () => {
  test('a spin takes the newest run, a given one, and what a run or a task of the client stands for', async () => {
    const one = await runner.run({ params: { factor: 1 } });
    const two = await runner.run({ params: { factor: 2 } });
    const of = async (from?: Parameters<typeof runner.spin>[1] extends infer O ? O : never) =>
      runner.spin(each, { index: 2, ...(from as object) });
    expect((await of()).artifacts.length).toBe(6);
    expect((await of({ from: 1 })).artifacts.length).toBe(3);
    expect((await of({ from: one })).artifacts.length).toBe(3);
    expect((await of({ from: two.run })).artifacts.length).toBe(6);
    expect((await of({ from: 'kinds/1' })).artifacts.length).toBe(3);
    const task = await one.run.step(each).task();
    const spun = await runner.spin(each, { from: task });
    expect(spun.artifacts.label).toBe('0:ada');
    expect(spun.origin).toBe(task.pathspec);
  });

  test('artifacts and parameters stand on top of what was recorded', async () => {
    const run = await runner.run();
    const step = await runner.spin(left, { artifacts: { total: 100 }, from: 'latest' });
    expect(step.artifacts).toEqual({ half: 50, isMap: true });
    const join = await runner.spin(all, { artifacts: [{}, { length: 1 }], from: run });
    expect(join.artifacts.total).toBe(61);
    const gather = await runner.spin(both, { artifacts: { right: { first: 'given' } }, from: 1 });
    expect(gather.artifacts.text).toBe('45 given');
    expect((await runner.spin(start, { params: { factor: 3 } })).artifacts.factor).toBe(3);
  });

  test('what merge passed on by reference is read when it is asked for', async () => {
    await runner.run();
    const { artifacts } = await runner.spin(all);
    expect(artifacts.table).toEqual(new Map([['a', 1]]));
    expect(artifacts.table instanceof Map).toBe(true);
  });

  test.each([
    ['an unknown step', () => runner.spin('lefd'), 'FLOW_STEP_NOT_FOUND', 'Did you mean "left"?'],
    ['no run at all', () => runner.spin(left), 'FLOW_NO_INPUTS', 'has no run'],
    ['an unknown run', () => runner.spin(left, { from: 7 }), 'FLOW_RUN_NOT_FOUND', 'no run kinds/7'],
    [
      'a task of another step',
      () => runner.spin(left, { from: '1/right/3' }),
      'FLOW_USAGE',
      '"left" is spun',
    ],
    ['a run of another flow', () => runner.spin(left, { from: 'other/1' }), 'FLOW_PATHSPEC_FLOW', '"other"'],
    ['what is no run', () => runner.spin(left, { from: 'left' }), 'FLOW_USAGE', 'a run or a task'],
    [
      'a parameter of the wrong type',
      () => runner.spin(start, { params: { factor: 'x' } }),
      'FLOW_PARAMS',
      'factor',
    ],
  ])('%s is bad usage', async (_, spin, code, message) => {
    await expect(spin()).rejects.toMatchObject({
      name: 'FlowError',
      code,
      message: expect.stringContaining(message),
    });
  });
});

describe('a step that fails', () => {
  class Denied extends Error {}
  const f = flow('failing');
  const first = f.start(() => ({ why: 'because' }));
  const fail = f.step('fail', { after: first, retry: 3, catch: 'oops' }, ({ self }): object => {
    console.log('almost');
    throw new Denied(`no: ${self.why}`, { cause: new TypeError('deeper') });
  });
  const leave = f.step('leave', { after: fail }, (): object => {
    process.exit(3);
  });
  const odd = f.step('odd', { after: leave, timeout: '20ms' }, ({ signal }) => {
    return new Promise<object>((resolve) => signal.addEventListener('abort', () => resolve({})));
  });
  const failing = f.end(odd);

  test('it is an object to assert on, with the very error that was thrown', async () => {
    const spun = await new Runner(failing).spin(fail, { artifacts: { why: 'rain' } });
    expect(spun.status).toBe('failed');
    expect(spun.error).toBeInstanceOf(Denied);
    expect(spun.error?.stack).toContain(__filename);
    expect(spun.stdout).toBe('almost\n');
    expect(spun).toFailWith(Denied);
    expect(spun).toFailWith('no: rain');
    expect(spun).not.toSucceed();
  });

  test('reading an artifact of it tells why there is none', async () => {
    const spun = await new Runner(failing).spin(fail, { artifacts: { why: 'rain' } });
    expect(() => spun.artifacts.why).toThrow('"fail" did not return "why": it failed with Error: no: rain');
    expect(spun.artifacts).toEqual({});
  });

  test('leaving the process, and taking too long, fail it too', async () => {
    const own = new Runner(failing);
    expect(await own.spin(leave, { artifacts: {} })).toFailWith('FLOW_STEP_EXITED');
    expect(await own.spin(odd, { artifacts: {} })).toFailWith('FLOW_TIMEOUT');
  });
});

describe('bad options', () => {
  const of = (call: () => unknown) => call as () => Promise<unknown>;
  const spin = (options: unknown) => of(() => runner.spin(each, options as never));
  test.each([
    [
      'spin: mistyped',
      spin({ artifacts: {}, idx: 3 }),
      'FLOW_USAGE',
      'spin has no option "idx". Did you mean "index"?',
    ],
    ['spin: of another method', spin({ tags: [] }), 'FLOW_USAGE', 'spin has no option "tags".'],
    ['spin: no object', spin(3), 'FLOW_USAGE', 'spin takes an object of options (artifacts, params'],
    ['spin: null', spin(null), 'FLOW_USAGE', 'not null.'],
    ['spin: an index that is a text', spin({ index: '3' }), 'FLOW_INDEX', 'not 3.'],
    ['spin: a negative index', spin({ index: [0, -1] }), 'FLOW_INDEX', 'not [0,-1].'],
    ['spin: half an iteration', spin({ iteration: 0.5 }), 'FLOW_ITERATION', 'a number from 0, not 0.5.'],
    ['spin: persist', spin({ persist: 'no' }), 'FLOW_USAGE', 'true or false, not no.'],
    [
      'spin: without, a text',
      spin({ without: 'timeout' }),
      'FLOW_USAGE',
      "a list of names of options, such as ['timeout'], not timeout.",
    ],
    [
      'spin: without what is none',
      spin({ without: ['tiemout'] }),
      'FLOW_WITHOUT',
      'no step has such an option',
    ],
    ['spin: an origin that is none', spin({ from: {} }), 'FLOW_USAGE', '`from` is a run or a task'],
    [
      'spin: a split of a task',
      spin({ from: '1/each/2', index: 0 }),
      'FLOW_USAGE',
      'leave `index` and `iteration` out',
    ],
    ['run: mistyped', of(() => runner.run({ parms: {} } as never)), 'FLOW_USAGE', 'Did you mean "params"?'],
    ['run: tags', of(() => runner.run({ tags: 'ab' } as never)), 'FLOW_USAGE', 'a list of texts'],
    ['resume: mistyped', of(() => runner.resume({ form: 1 } as never)), 'FLOW_USAGE', 'Did you mean "from"?'],
    [
      'the constructor',
      of(async () => new Runner(kinds, { sotre: 'x' } as never)),
      'FLOW_USAGE',
      'new Runner has no option "sotre". Did you mean "store"?',
    ],
    [
      'the constructor: null',
      of(async () => new Runner(kinds, null as never)),
      'FLOW_USAGE',
      'new Runner takes',
    ],
  ])('%s', async (_, call, code, message) => {
    const error = await call().then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    expect(error).toMatchObject({ name: 'FlowError', code, message: expect.stringContaining(message) });
    expect(error?.stack?.split('\n').find((line) => /^ +at /.test(line))).toContain(__filename);
  });
});

describe('a runner that is disposed of', () => {
  const f = flow('going');
  let entered = () => {};
  const first = f.start(async () => {
    process.env.STEP = 'is under way';
    process.on('SIGTERM', entered);
    console.log('by the step');
    entered();
    return new Promise<object>(() => {});
  });
  const going = f.end(first);
  const listeners = () =>
    ['SIGTERM', 'uncaughtException', 'beforeExit'].map((event) => process.listenerCount(event));

  test.each([
    ['spin', 'The spin of "start"', (own: Runner) => own.spin('start')],
    ['run', 'The run', (own: Runner) => own.run()],
  ])(
    'a %s under way, and one that waits, are ended; what they changed is put back',
    async (_, what, begin) => {
      const before = { log: console.log, write: process.stdout.write, listeners: listeners() };
      const own = new Runner(going) as unknown as Runner;
      const other = new Runner(kinds);
      const under = new Promise<void>((resolve) => {
        entered = resolve;
      });
      const calls = [begin(own), begin(own)].map((call) => call.catch((error) => error));
      const next = other.spin(left, { artifacts: { total: 8, table: new Map() } });
      await under;
      await own.dispose();
      const [one, two] = await Promise.all(calls);
      const disposed = {
        code: 'FLOW_DISPOSED',
        message: `${what} had not ended when its runner was disposed of.`,
      };
      expect([one, two]).toMatchObject([disposed, disposed]);
      expect(one.stack).toContain(__filename);
      expect(await next).toHaveArtifact('half', 4);
      await other.dispose();
      expect(process.env.STEP).toBeUndefined();
      expect({ log: console.log, write: process.stdout.write, listeners: listeners() }).toEqual(before);
    },
  );
});

test('while a step is under way, only what it does itself is heard of it', async () => {
  const printed: string[] = [];
  const { log } = console;
  const { write } = process.stdout;
  console.log = (text: string) => printed.push(text);
  process.stdout.write = (text) => printed.push(String(text)) > 0;
  try {
    let under = () => {};
    let goOn = () => {};
    const begun = new Promise<void>((resolve) => {
      under = resolve;
    });
    const f = flow('beside');
    const first = f.start(async () => {
      console.log('from the step');
      under();
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      process.stdout.write('from the step, later\n');
      setTimeout(() => console.log('in its timer'), 1);
      await new Promise((done) => setTimeout(done, 5));
      return {};
    });
    const own = new Runner(f.end(first));
    const spin = own.spin(first);
    await begun;
    console.log('from the test');
    process.stdout.write('raw, from the test\n');
    goOn();
    expect((await spin).stdout).toBe('from the step\nfrom the step, later\nin its timer\n');
    expect(printed).toEqual(['from the test', 'raw, from the test\n']);
    await own.dispose();
  } finally {
    console.log = log;
    process.stdout.write = write;
  }
});

test('a step that ends the process is told with the line of the call', async () => {
  const f = flow('ending');
  const leave = () => process.exit(3);
  const first = f.start((): object => leave());
  const own = new Runner(f.end(first));
  for (const ended of [await own.spin(first), await own.run()]) {
    expect(ended).toFailWith('FLOW_STEP_EXITED');
    expect(() => expect(ended).toSucceed()).toThrow(
      /The step called process\.exit\(3\)\. Throw an error to fail, return to end\.\n(.*\n)? +> \d+ \| {3}const leave = \(\) => process\.exit\(3\);\n(.*\n)*? {4}at .*in-process\.test\.ts:\d+:\d+\)/,
    );
  }
  await own.dispose();
});

test('a step that holds the process up beyond its timeout fails, and the test runner lives', async () => {
  const f = flow('busy');
  const first = f.start({ timeout: '10ms' }, () => {
    const end = performance.now() + 400;
    while (performance.now() < end);
    return { a: 1 };
  });
  expect(await new Runner(f.end(first)).spin(first)).toFailWith('FLOW_TIMEOUT');
});

describe('what a step prints', () => {
  test('console, streams and log are heard, and nothing else is', async () => {
    const before = { console: { ...console }, out: process.stdout.write, err: process.stderr.write };
    const spun = await runner.spin(left, { artifacts: { total: 8, table: new Map() } });
    expect(spun.stdout).toBe('logged\nwritten\n');
    expect(spun.stderr).toBe('complained\n');
    expect({ console: { ...console }, out: process.stdout.write, err: process.stderr.write }).toEqual(before);
  });

  test('everything is put back after bad usage and after a failure', async () => {
    const { log } = console;
    const write = process.stdout.write;
    await expect(runner.spin('nowhere')).rejects.toThrow();
    expect(await runner.spin(left, { artifacts: {} })).not.toSucceed();
    expect(console.log).toBe(log);
    expect(process.stdout.write).toBe(write);
  });

  test('spins at the same time do not hear each other', async () => {
    const spins = await Promise.all(
      [1, 2, 3].map((n) => runner.spin(left, { artifacts: { total: n, table: new Map() } })),
    );
    expect(spins.map(({ stdout, artifacts }) => [stdout, artifacts.half])).toEqual(
      [1, 2, 3].map((n) => ['logged\nwritten\n', n / 2]),
    );
  });
});

describe('whole runs', () => {
  test('a run is recorded, with its tags and what its tasks printed', async () => {
    const ran = await runner.run({ tags: ['exp'], params: { factor: 1 } });
    expect(ran).toSucceed();
    expect(ran).toMatchObject({ pathspec: 'kinds/1', tasks: { done: 14, failed: 0 }, error: undefined });
    expect(ran.run.tags).toEqual(new Set(['exp']));
    expect(await (await ran.run.step(start).task()).stdout()).toBe('from console\n');
    const total = await (await ran.run.step(all).task()).artifacts.total;
    is<Eq<typeof total, number>>();
    expect(total).toBe(9);
    expect(
      (
        await ran.run
          .step(big)
          .task()
          .catch(() => undefined)
      )?.pathspec,
    ).toBeUndefined();
  });

  test('a run that fails tells the very error, and is resumed from there', async () => {
    let broken = true;
    const f = flow('mend');
    const first = f.start(() => ({ a: 1 }));
    const next = f.step('next', { after: first }, ({ self }) => {
      if (broken) throw new RangeError('broken');
      return { b: self.a + 1 };
    });
    const own = new Runner(f.end(next));
    const failed = await own.run();
    expect(failed).toFailWith(RangeError);
    expect(failed.error).toBeInstanceOf(RangeError);
    broken = false;
    const resumed = await own.resume({ from: failed });
    expect(resumed).toMatchObject({ pathspec: 'mend/2', status: 'done', tasks: { done: 2, taken: 1 } });
    expect(await resumed.run.artifacts.b).toBe(2);
    await expect(own.resume()).rejects.toMatchObject({ code: 'FLOW_NOTHING_TO_RESUME' });
    expect((await own.resume({ step: next })).tasks).toMatchObject({ taken: 1 });
    await expect(own.resume({ step: 'nxt' })).rejects.toMatchObject({ code: 'FLOW_STEP_NOT_FOUND' });
    await expect(own.resume({ from: 9 })).rejects.toMatchObject({ code: 'FLOW_RUN_NOT_FOUND' });
  });

  test('a caught step leaves its error, and no name that it would have returned', async () => {
    const f = flow('caught');
    const first = f.start(() => ({ b: 'upstream' }));
    const fails = f.step('fails', { after: first, catch: 'oops' }, ({ self }) => {
      if (self.b) throw new TypeError('expected');
      return { b: 'own' };
    });
    const after = f.step('after', { after: fails }, ({ self }) => ({
      seen: [self.oops instanceof Error, self.oops?.message, self.b],
    }));
    const ran = await new Runner(f.end(after)).run();
    expect(ran).toSucceed();
    expect(await ran.run.artifacts.seen).toEqual([true, 'expected', undefined]);
  });

  test('unknown parameters are bad usage', async () => {
    const params = { fctor: 1 } as object;
    await expect(runner.run({ params })).rejects.toMatchObject({ code: 'FLOW_PARAMS' });
  });

  test('what is no flow is refused', () => {
    expect(() => new Runner({} as never)).toThrow('This is not a flow');
    expect(() => new Runner('kinds')).toThrow('"kinds" is not a file');
    expect(() => new Runner('nowhere.flow.ts')).toThrow('There is no file');
  });
});

test('the types know what a step can be given', () => {
  void (() => {
    // @ts-expect-error no such artifact reaches it
    runner.spin(left, { artifacts: { totl: 1 } });
    // @ts-expect-error a number
    runner.spin(left, { artifacts: { total: '1' } });
    // @ts-expect-error a join takes a list
    runner.spin(all, { artifacts: { length: 1 } });
    // @ts-expect-error no such branch
    runner.spin(both, { artifacts: { middle: {} } });
    // @ts-expect-error not a parameter
    runner.spin(left, { params: { fctor: 1 } });
    // @ts-expect-error not a parameter
    runner.run({ params: { fctor: 1 } });
    void merge;
  });
});

test('options of a step are left out of a spin, and of that one alone', async () => {
  const f = flow('opted');
  const step = f.start({ env: { PAINT: 'own' } }, () => ({ paint: process.env.PAINT ?? 'none' }));
  await using opted = new Runner(f.end(step));
  const given = { artifacts: {} };
  expect((await opted.spin(step, { ...given, without: ['env', 'timeout'] })).artifacts.paint).toBe('none');
  expect((await opted.spin(step, given)).artifacts.paint).toBe('own');
});

describe('a persisted spin', () => {
  test('is a task that the client shows, in a store beside the runs, which are as they were', async () => {
    const ran = await runner.run();
    const spun = await runner.spin(each, { index: 2, persist: true });
    expect(spun.pathspec).toBe('kinds/1/each/1');
    expect(spun.task).toMatchObject({ status: 'done', step: 'each', index: [2], pathspec: 'kinds/1/each/1' });
    expect(spun.task?.originPathspec).toBe(spun.origin);
    expect(spun.task?.parentPathspecs).toEqual(['kinds/1/start/1']);
    expect(await spun.task?.artifacts.label).toBe('2:cyd');
    // What it passes on is there too.
    expect(spun.task?.artifactNames().sort()).toEqual(['factor', 'label', 'length', 'names', 'table']);
    expect(await (await spun.task?.artifact('table'))?.value()).toEqual(new Map([['a', 1]]));
    expect((await runner.spin(left)).origin).toMatch(/^kinds\/1\/left\//);
    expect((await ran.run.refresh()).status).toBe('done');
    expect((await runner.spin(each)).pathspec).toBeUndefined();
  });

  test('with given artifacts alone, and with what it prints and throws', async () => {
    const spun = await runner.spin(left, { artifacts: { total: 8, table: new Map() }, persist: true });
    expect(await spun.task?.artifacts.half).toBe(4);
    expect(await spun.task?.stdout()).toBe('logged\nwritten\n');
    expect(await spun.task?.stderr()).toBe('complained\n');
    const failed = await runner.spin(left, { artifacts: {}, persist: true });
    expect(failed.task).toMatchObject({ status: 'failed', error: { code: 'FLOW_ARTIFACT_NOT_GIVEN' } });
    expect(failed.pathspec).toBe('kinds/2/left/1');
  });
});

test('a failing step that reads what no run has is told what would help', async () => {
  const f = flow('lacking');
  const first = f.start(() => ({ rows: [1] }));
  const next = f.step('next', { after: first }, ({ self }) => ({
    n: (self as unknown as { table: number[] }).table.length,
  }));
  const lacking = new Runner(f.end(next));
  try {
    await lacking.run();
    expect((await lacking.spin(next)).hints).toEqual([
      'The step reads "table", which lacking/1/start/1 does not have (it has rows). Run the flow again (nx-flow run lacking), or give it: --set.table=…',
    ]);
  } finally {
    await lacking.dispose();
  }
});

test('what a step changes in the process stays out of the test: folder, variables, umask, exit code, handlers', async () => {
  const seen = () => ({
    cwd: process.cwd(),
    umask: process.umask(),
    exitCode: process.exitCode,
    env: { ...process.env },
    handlers: process.listenerCount('SIGUSR2'),
    exits: process.listenerCount('exit'),
  });
  const f = flow('changing');
  const first = f.start(() => {
    process.chdir('/');
    process.umask(0o777);
    process.exitCode = 9;
    process.env.NX_FLOW_TEST_LEFT = 'left';
    process.on('exit', () => {});
    process.on('SIGUSR2', () => {});
    process.env = { ONLY: 'this' };
    return { cwd: process.cwd() };
  });
  const second = f.step('second', { after: first }, () => ({
    ...seen(),
    env: process.env.NX_FLOW_TEST_LEFT ?? 'none',
  }));
  const changing = new Runner(f.end(second));
  const before = seen();
  expect(await changing.spin(first)).toSucceed();
  expect(seen()).toEqual(before);
  const run = await changing.run();
  expect(seen()).toEqual(before);
  const { artifacts } = run.run;
  expect([await artifacts.env, await artifacts.cwd, await artifacts.umask]).toEqual([
    'none',
    before.cwd,
    before.umask,
  ]);
});

test('a runner in a step of a runner is refused: it would wait for the other for ever', async () => {
  const inner = new Runner(kinds);
  const f = flow('nested');
  const outer = f.start(async () => ({
    spun: (await inner.spin(start, { params: { factor: '1' } })).status,
  }));
  const nested = new Runner(f.end(outer));
  const { status, error } = await nested.spin(outer, { artifacts: {} });
  expect([status, error?.message]).toEqual(['failed', expect.stringContaining('calls another Runner')]);
  await nested.dispose();
  await inner.dispose();
});

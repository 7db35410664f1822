import { z } from 'zod';
import { flow, merge, oneOf } from '../../../src';
import { MemoryEngine, rowOf } from '../../kit/memory';

test('a spin takes the inputs that were recorded, and compares what it returns with what was', async () => {
  let data = [3, 1, 2];
  const declare = (steps: object) => {
    const f = flow('compare');
    const start = f.start(() => ({ data }));
    const sort = f.step('sort', { after: start }, ({ self }) => ({
      sorted: [...self.data].sort(),
      ...steps,
    }));
    return f.end(sort);
  };
  const e = new MemoryEngine();
  await e.run(declare({ was: 1, gone: 2 }));
  data = [];
  const outcome = await e.spin(declare({ was: 5, fresh: 3 }), 'sort');
  expect(outcome).toMatchObject({
    step: 'sort',
    origin: 'compare/1/sort/2',
    status: 'done',
    index: [],
    hints: [],
  });
  expect(outcome.artifacts.map(({ name, change, value }) => [name, change, value])).toEqual([
    ['sorted', 'same', [1, 2, 3]],
    ['was', 'changed', 5],
    ['fresh', 'new', 3],
    ['gone', 'gone', undefined],
  ]);
});

test('a key in another place, a -0 and a NaN are told apart; equal values are the same', async () => {
  const declare = (value: object) => {
    const f = flow('digests');
    const start = f.start(() => value);
    return f.end(start);
  };
  const e = new MemoryEngine();
  await e.run(declare({ o: { a: 1, b: 2 }, zero: 0, nan: Number.NaN, f: 1.5, same: [new Map([['k', 1n]])] }));
  const { artifacts } = await e.spin(
    declare({ o: { b: 2, a: 1 }, zero: -0, nan: Number.NaN, f: 1.5, same: [new Map([['k', 1n]])] }),
    'start',
  );
  expect(artifacts.map(({ name, change }) => [name, change])).toEqual([
    ['o', 'changed'],
    ['zero', 'changed'],
    ['nan', 'same'],
    ['f', 'same'],
    ['same', 'same'],
  ]);
});

test('the signal that a step takes is aborted when its spin has ended, as when its task has', async () => {
  const signals: AbortSignal[] = [];
  const f = flow('signals');
  const start = f.start(({ signal }) => {
    signals.push(signal);
    return { aborted: signal.aborted };
  });
  const whole = f.end(start);
  const e = new MemoryEngine();
  await e.run(whole);
  const { artifacts } = await e.spin(whole, 'start');
  expect(artifacts.map(({ name, value }) => [name, value])).toEqual([['aborted', false]]);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
});

test('a failing spin gives the error, and no artifacts', async () => {
  const f = flow('failing');
  let fail = false;
  const start = f.start(() => ({ a: 1 }));
  const next = f.step('next', { after: start }, () => {
    if (fail) throw new TypeError('boom', { cause: new Error('why') });
    return { b: 1 };
  });
  const flowOf = f.end(next);
  const e = new MemoryEngine();
  await e.run(flowOf);
  fail = true;
  const outcome = await e.spin(flowOf, 'next');
  expect(outcome).toMatchObject({
    status: 'failed',
    artifacts: [],
    error: { name: 'TypeError', message: 'boom', cause: { message: 'why' } },
  });
  expect(outcome.thrown).toBeInstanceOf(TypeError);
});

test('--set wins over what was recorded, in every input of a join', async () => {
  const f = flow('sets');
  const start = f.start(() => ({ ns: [1, 2], k: 10 }));
  const n = f.foreach('n', { after: start, over: 'ns' }, ({ self, input }) => ({ n: input * self.k }));
  const all = f.join('all', { after: n }, ({ inputs }) => ({
    ...merge(inputs, { exclude: ['n'] }),
    ns: inputs.map((i) => i.n),
  }));
  const flowOf = f.end(all);
  const e = new MemoryEngine();
  await e.run(flowOf);
  expect((await e.spin(flowOf, 'n', { set: { k: 7 }, index: [1] })).artifacts).toMatchObject([
    { name: 'n', value: 14, change: 'changed' },
  ]);
  const joined = await e.spin(flowOf, 'all', { set: { n: 5 } });
  expect(joined.artifacts.find(({ name }) => name === 'ns')?.value).toEqual([5, 5]);
  await expect(e.spin(flowOf, 'start', { set: { k: 1 } })).rejects.toThrow(
    '"start" has no inputs to set: give it parameters, as --params.name=value.',
  );
});

test.each([
  ['__proto__', '__proto__'],
  ['', ''],
  ['\\ud800', '\ud800'],
])('an artifact named "%s" is refused, whoever makes it', async (shown, name) => {
  const f = flow('named');
  let returned: object = { a: 1 };
  const start = f.start(() => returned);
  const next = f.step('next', { after: start }, () => ({ b: 1 }));
  const flowOf = f.end(next);
  const e = new MemoryEngine();
  await e.run(flowOf);
  returned = { [name]: 1 };
  const error = (who: string) => ({
    code: 'FLOW_ARTIFACT_NAME',
    message: `${who} an artifact named "${shown}", which no step could read: give it another name.`,
  });
  expect(await e.spin(flowOf, 'start')).toMatchObject({
    status: 'failed',
    error: error('Step "start" returned'),
  });
  expect((await e.run(flowOf)).error).toMatchObject(error('Step "start" returned'));
  await expect(e.spin(flowOf, 'next', { set: { [name]: 1 } })).rejects.toMatchObject(
    error('"next" was given'),
  );
});

test('parameters: recorded ones stand, given ones win, newer ones take their default', async () => {
  const declare = (newer: boolean) => {
    const f = flow('params', {
      params: {
        n: z.coerce.number().default(1),
        when: z.coerce.date(),
        ...(newer ? { fresh: z.string().default('today') } : {}),
      },
    });
    const start = f.start(() => ({}));
    const next = f.step('next', { after: start }, ({ params }) => ({ seen: { ...params } }));
    return f.end(next);
  };
  const e = new MemoryEngine();
  await e.run(declare(false), { params: { n: '5', when: '2026-01-01' } });
  const when = new Date('2026-01-01');
  expect((await e.spin(declare(false), 'next')).artifacts).toMatchObject([
    { change: 'same', value: { n: 5, when } },
  ]);
  expect((await e.spin(declare(true), 'next', { params: { n: '7' } })).artifacts).toMatchObject([
    { change: 'changed', value: { n: 7, when, fresh: 'today' } },
  ]);
  await expect(e.spin(declare(false), 'next', { params: { n: 'x', m: '1' } })).rejects.toMatchObject({
    code: 'FLOW_PARAMS',
  });
});

test('an artifact that the step read and that is not there is told where it ends well, too', async () => {
  const declare = (returned: Record<string, unknown>) => {
    const f = flow('misses');
    const start = f.start(() => ({ count: 1, ...returned }));
    const next = f.step('next', { after: start }, ({ self }) => ({
      n: (self as unknown as { counts?: number[] }).counts?.length ?? 0,
    }));
    return f.end(next);
  };
  const e = new MemoryEngine();
  await e.run(declare({ counts: [1] }));
  await e.run(declare({}));
  expect(await e.spin(declare({}), 'next')).toMatchObject({
    status: 'done',
    hints: [
      'The step reads "counts", which misses/2/start/1 does not have (it has count). Did you mean "count"? Run 1 has it: nx-flow spin misses next --origin=1',
    ],
  });
  expect(await e.spin(declare({}), 'next', { set: { counts: [1, 2] } })).toMatchObject({ hints: [] });
});

test('artifacts that are there in some runs only may be read: of a caught step, of an arm, of the iteration before', async () => {
  const f = flow('optional');
  const start = f.start(() => ({ n: 1 }));
  const tries = f.step('tries', { after: start, catch: 'failure' }, ({ self }) => ({ tried: self.n }));
  const pick = f.switch('pick', { after: tries, on: 'kind', cases: ['a', 'b'] }, () => ({
    kind: 'a' as 'a' | 'b',
  }));
  const a = f.step('a', { after: pick.when('a') }, () => ({ inA: 1 }));
  const b = f.step('b', { after: pick.when('b') }, () => ({ inB: 1 }));
  const grow = f.loop('grow', { after: oneOf(a, b), while: 'more' }, ({ self, iteration }) => ({
    sum: ((self as { sum?: number }).sum ?? 0) + 1,
    more: iteration < 1,
  }));
  const last = f.step('last', { after: grow }, ({ self }) => {
    const { failure, inB, other } = self as { failure?: Error; inB?: number; other?: string };
    return { seen: [failure, inB, other].filter((one) => one !== undefined).length };
  });
  const defined = f.end(last);
  const e = new MemoryEngine();
  await e.run(defined);
  expect((await e.spin(defined, 'grow')).hints).toEqual([]);
  expect((await e.spin(defined, 'last')).hints).toEqual([
    expect.stringContaining('The step reads "other", which optional/1/grow/'),
  ]);
});

test('an artifact that the step read and that is not there is told, where it fails', async () => {
  const f = flow('misses');
  const start = f.start(() => ({ count: 1 }));
  const next = f.step('next', { after: start }, ({ self }) => ({
    n: (self as unknown as { counts: number[] }).counts.length,
  }));
  const flowOf = f.end(next);
  const e = new MemoryEngine();
  await e.run(flowOf);
  const outcome = await e.spin(flowOf, 'next');
  expect(outcome.status).toBe('failed');
  expect(outcome.hints).toEqual([
    'The step reads "counts", which misses/1/start/1 does not have (it has count). Did you mean "count"? Run the flow again (nx-flow run misses), or give it: --set.counts=…',
  ]);
});

test('what a gather passes on by reference is the same, without being decoded', async () => {
  const f = flow('references');
  const start = f.start(() => ({ bytes: new Float64Array([1.5, -0, Number.NaN]), text: 'é' }));
  const a = f.step('a', { after: start }, () => ({ a: 1 }));
  const b = f.step('b', { after: start }, () => ({ b: 1 }));
  const flowOf = f.end(f.gather('both', { after: { a, b } }, ({ inputs }) => ({ ...merge(inputs), sum: 2 })));
  const e = new MemoryEngine();
  await e.run(flowOf);
  const { artifacts } = await e.spin(flowOf, 'both');
  expect(artifacts.map(({ name, change, reference }) => [name, change, reference?.at])).toEqual([
    ['sum', 'same', undefined],
    ['bytes', 'same', 'start/1'],
    ['text', 'same', 'start/1'],
    ['a', 'same', 'a/2'],
    ['b', 'same', 'b/3'],
  ]);
});

test('a spun task is told that it is a spin, and nothing of where its inputs come from', async () => {
  const f = flow('current');
  const start = f.start(() => ({}));
  const next = f.step('next', { after: start }, ({ current }) => ({
    seen: { ...current, tags: [...current.tags] },
  }));
  const flowOf = f.end(next);
  const e = new MemoryEngine();
  await e.run(flowOf, { tags: ['tag'] });
  expect((await e.spin(flowOf, 'next')).artifacts[0]?.value).toEqual({
    flow: 'current',
    run: 'spin',
    step: 'next',
    task: 'spin',
    pathspec: 'current/spin/next/spin',
    attempt: 0,
    user: 'tester',
    namespace: 'user:tester',
    tags: [],
  });
});

test('a loop is spun on its first iteration, or on the very one that a pathspec names', async () => {
  const f = flow('loops');
  const start = f.start(() => ({ value: 1 }));
  const grow = f.loop('grow', { after: start, while: 'more', max: 9 }, ({ self, iteration }) => ({
    value: self.value * 2,
    more: iteration < 3,
  }));
  const flowOf = f.end(grow);
  const e = new MemoryEngine();
  await e.run(flowOf);
  expect((await e.spin(flowOf, 'grow')).artifacts).toMatchObject([
    { value: 2, change: 'same' },
    { value: true, change: 'same' },
  ]);
  expect((await e.spin(flowOf, 'grow', { run: 1, task: 5 })).artifacts).toMatchObject([
    { value: 16, change: 'same' },
    { value: false, change: 'same' },
  ]);
});

test('a spin writes nothing', async () => {
  const f = flow('untouched');
  const start = f.start(() => ({ big: Buffer.alloc(100_000, 1) }));
  const next = f.step('next', { after: start }, () => ({ other: Buffer.alloc(100_000, 2) }));
  const flowOf = f.end(next);
  const e = new MemoryEngine();
  const ran = await e.run(flowOf);
  e.store.kv.batch = () => Promise.reject(new Error('a spin wrote'));
  e.store.kv.claim = () => Promise.reject(new Error('a spin claimed'));
  e.store.cas.write = () => Promise.reject(new Error('a spin wrote a large value'));
  expect((await e.spin(flowOf, 'next', { set: { big: 'x'.repeat(50_000) } })).status).toBe('done');
  expect(
    (await e.spin(flowOf, 'next', { run: ran.run, task: rowOf(ran, 'next').task })).artifacts,
  ).toMatchObject([{ change: 'same' }]);
});

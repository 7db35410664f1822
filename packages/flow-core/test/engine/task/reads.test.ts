/** What a task's row says its body looked at: everything that could have changed the outcome, by every way of looking. */
import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { z } from 'zod';
import { type Codec, flow, instance, merge, oneOf } from '../../../src';
import type { TaskReads } from '../../../src/store/rows/rows';
import { itemDigest, shortDigest } from '../../../src/store/values/item-digests';
import { MemoryEngine, type Ran, rowOf, rowsOf } from '../../kit/memory';

const sha256 = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('hex');

/** The digests of what a task stored or passed on. */
async function digests(
  e: MemoryEngine,
  { flow: name, run }: Ran,
  step: string,
): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { task, stored } of e.store.tasks(name, run, step)) {
    const records = await e.store.artifacts(
      stored.map((one) => ({ flow: name, run, step, task, name: one })),
    );
    stored.forEach((one, i) => {
      found[one] = records[i]?.digest as string;
    });
  }
  return found;
}

/** The body's context, without its types: a step may do anything with it. */
// biome-ignore lint/suspicious/noExplicitAny: bodies of a table that look at what is not declared
type Context = any;

async function readsOf(body: (context: Context) => unknown): Promise<TaskReads> {
  const f = flow('reads', { params: { k: z.number().default(1), other: z.string().default('') } });
  const start = f.start(() => ({ a: 1, b: 'two' }));
  const looks = f.step('looks', { after: start }, body as () => object);
  const e = new MemoryEngine();
  const ran = await e.run(f.end(looks));
  const row = rowOf(ran, 'looks');
  expect(row.status).toBe('done');
  return row.reads as TaskReads;
}

const A = expect.stringMatching(/^[0-9a-f]{64}$/);

describe('of `self`', () => {
  test.each<[what: string, body: (context: Context) => unknown, reads: TaskReads]>([
    ['nothing', () => ({}), {}],
    ['a value', ({ self }) => ({ c: self.a }), { names: [['a', A]] }],
    ['a value that is not used', ({ self }) => void self.b, { names: [['b', A]] }],
    ['a value by destructuring', ({ self: { a } }) => ({ a }), { names: [['a', A]] }],
    ['a value after a pause', async ({ self }) => ({ c: (await null) ?? self.b }), { names: [['b', A]] }],
    ['a name that is not there', ({ self }) => ({ c: self.nowhere ?? 0 }), { names: [['nowhere', null]] }],
    ['whether one is there', ({ self }) => ({ c: 'a' in self }), { names: [['a', A]] }],
    ['whether one is there that is not', ({ self }) => ({ c: 'z' in self }), { names: [['z', null]] }],
    ['whether it is its own', ({ self }) => ({ c: Object.hasOwn(self, 'z') }), { names: [['z', null]] }],
    ['a descriptor', ({ self }) => void Object.getOwnPropertyDescriptor(self, 'a'), { names: [['a', A]] }],
    ['a name of Object.prototype', ({ self }) => void self.toString, { names: [['toString', null]] }],
    ['a name that promises ask for', async ({ self }) => void (await self), { names: [['then', null]] }],
    ['a spread', ({ self }) => ({ ...self }), { all: [A] }],
    ['the rest', ({ self: { a, ...rest } }) => ({ a, rest }), { all: [A] }],
    ['the names', ({ self }) => ({ n: Object.keys(self).length }), { all: [A] }],
    [
      'the names, with for … in',
      ({ self }) => {
        for (const _ in self) break;
        return {};
      },
      { all: [A] },
    ],
    ['itself, printed', ({ self }) => ({ text: inspect(self) }), expect.objectContaining({ all: [A] })],
    ['itself, as what it returns', ({ self }) => self, { all: [A] }],
    ['its JSON', ({ self }) => ({ text: JSON.stringify(self) }), expect.objectContaining({ all: [A] })],
    [
      'a getter, read when it is stored',
      ({ self }) => ({
        c: {
          get d() {
            return self.a;
          },
        },
      }),
      { names: [['a', A]] },
    ],
  ])('%s', async (_, body, reads) => expect(await readsOf(body)).toEqual(reads));

  test('the digest is that of the artifact; of an enumeration, that of all names and digests in their order', async () => {
    const f = flow('reads');
    const start = f.start(() => ({ a: 1, b: 'two' }));
    const one = f.step('one', { after: start }, ({ self }) => ({ c: self.a }));
    const all = f.step('all', { after: one }, ({ self }) => ({ d: Object.keys(self).length }));
    const e = new MemoryEngine();
    const ran = await e.run(f.end(all));
    const { a, b } = await digests(e, ran, 'start');
    const { c } = await digests(e, ran, 'one');
    expect(rowOf(ran, 'one').reads).toEqual({ names: [['a', a]] });
    expect(rowOf(ran, 'all').reads).toEqual({
      all: [
        sha256([
          ['a', a],
          ['b', b],
          ['c', c],
        ]),
      ],
    });
  });

  test('what decides and was inherited was read, though no body looked at it', async () => {
    const f = flow('reads');
    const start = f.start(() => ({ which: 'left' as 'left' | 'right', rows: [1], more: false }));
    const pick = f.switch(
      'pick',
      { after: start, on: 'which', cases: ['left', 'right'] },
      (() => ({})) as never,
    );
    const left = f.step('left', { after: pick.when('left') }, () => ({}));
    const right = f.step('right', { after: pick.when('right') }, () => ({}));
    const again = f.loop('again', { after: left, while: 'more', max: 3 }, (() => ({})) as never);
    const each = f.foreach('each', { after: again, over: 'rows' as never }, () => ({}));
    const all = f.join('all', { after: each }, () => ({}));
    const defined = f.end(oneOf(all, right));
    const e = new MemoryEngine();
    const ran = await e.run(defined);
    const { which, rows, more } = await digests(e, ran, 'start');
    expect(rowOf(ran, 'pick').reads).toEqual({ names: [['which', which]] });
    expect(rowOf(ran, 'again').reads).toEqual({
      names: [
        ['more', more],
        ['rows', rows],
      ],
    });
    expect(rowOf(ran, 'left').reads).toEqual({});
  });
});

test('what a step prints of its context are the values', async () => {
  const f = flow('prints', { params: { k: z.number().default(1), list: z.array(z.number()).default([2]) } });
  const start = f.start(() => ({ a: 1, rows: ['x', 'y'], deep: { b: [{ c: 1 }] } }));
  const printed = (name: string, { log, stack, ...context }: Context) => ({
    [name]: inspect({ ...context, stack, current: context.current.step }, { breakLength: Infinity }),
  });
  const each = f.foreach('each', { after: start, over: 'rows' }, (context) => ({
    ...printed('split', context),
    now: inspect(context.current),
    all: inspect(context),
    own: [
      Object.getPrototypeOf(context.self) === Object.prototype,
      Object.getOwnPropertySymbols({ ...context.params }).length,
    ],
  }));
  const all = f.join('all', { after: each }, (context) => ({
    text: inspect(context.inputs),
    n: context.inputs.length,
  }));
  const e = new MemoryEngine();
  const ran = await e.run(f.end(all));
  const split = (await e.visible('prints', ran.run, 'each/2')) as Record<string, string>;
  expect(split.split).toContain('params: { k: 1, list: [ 2 ] }');
  expect(split.split).toContain("self: { a: 1, rows: [ 'x', 'y' ], deep: { b: [Array] } }");
  expect(split.split).toContain("stack: [ 'x' ]");
  expect(split.now).toMatch(/step: 'each',[\s\S]*attempt: 0/);
  expect([split.now, split.all].join()).not.toContain('Getter');
  expect(split.own).toEqual([true, 0]);
  expect((await e.after(ran, 'all')).text).not.toContain('Getter');
});

test('a large value is printed by its type and size, and is not decoded for that, until it was read', async () => {
  const f = flow('large', { codecs: [counted] });
  const start = f.start(() => ({ big: new Counted('x'.repeat(100_000)), n: 1 }));
  const next = f.step('next', { after: start, drop: ['big'] }, ({ self }) => {
    const before = [inspect(self), decoded];
    return { before, length: self.big.text.length, after: inspect(self).length > 1000 };
  });
  const e = new MemoryEngine();
  const ran = await e.run(f.end(next));
  expect(ran.error).toBeUndefined();
  expect(await e.after(ran, 'next')).toMatchObject({
    before: ['{ big: [Counted, 100,000 B], n: 1 }', 0],
    length: 100_000,
    after: true,
  });
  expect(rowOf(ran, 'next').reads).toEqual(expect.objectContaining({ all: [expect.anything()] }));
});

test('a value that cannot be read is printed as that, and fails nobody who does not use it', async () => {
  class Odd {
    constructor(readonly n: number) {}
  }
  const odd = instance(Odd, {
    encode: ({ n }) => n,
    decode: () => {
      throw new Error('no such version');
    },
  });
  const f = flow('odd', { codecs: [odd] });
  const start = f.start(() => ({ odd: new Odd(1), n: 1 }));
  const next = f.step('next', { after: start, drop: ['odd'] }, ({ self }) => ({ text: inspect(self) }));
  const e = new MemoryEngine();
  const ran = await e.run(f.end(next));
  expect(ran.error).toBeUndefined();
  expect((await e.after(ran, 'next')).text).toMatch(/^\{ odd: \[Odd, \d+ B, cannot be read\], n: 1 \}$/);
});

test('a large parameter is printed by its type and size, which counts as read', async () => {
  const f = flow('large', {
    params: { text: z.string().default('x'.repeat(100_000)), k: z.number().default(1) },
  });
  const start = f.start(({ params }) => ({
    before: inspect(params),
    symbols: Object.getOwnPropertySymbols({ ...params }).length,
    after: inspect(params).length > 1000,
  }));
  const next = f.step('next', { after: start }, ({ params }) => ({ text: inspect(params) }));
  const e = new MemoryEngine();
  const ran = await e.run(f.end(next));
  expect(ran.error).toBeUndefined();
  expect(await e.after(ran, 'next')).toMatchObject({
    ...{ before: '{ text: [string, 100,007 B], k: 1 }', symbols: 0, after: true },
    text: '{ text: [string, 100,007 B], k: 1 }',
  });
  expect(rowOf(ran, 'next').reads).toEqual({ params: ['k', 'text'] });
});

let decoded = 0;
class Counted {
  constructor(readonly text: string) {}
}
const counted: Codec<Counted> = {
  id: 'counted',
  version: 1,
  match: (value) => value instanceof Counted,
  encode: ({ text }) => Buffer.from(text),
  decode(bytes) {
    decoded++;
    return new Counted(Buffer.from(bytes).toString());
  },
};

describe('of the rest of the context', () => {
  test.each<[what: string, body: (context: Context) => unknown, reads: TaskReads]>([
    ['a parameter', ({ params }) => ({ c: params.k }), { params: ['k'] }],
    [
      'all parameters, as they are',
      ({ params }) => ({ params: [params, structuredClone(params)] }),
      { params: ['k', 'other'] },
    ],
    ['all parameters, printed', ({ params }) => ({ text: inspect(params) }), { params: ['k', 'other'] }],
    ['all parameters', ({ params }) => ({ ...params }), { params: ['k', 'other'] }],
    [
      'what is the same in every execution',
      ({ current }) => ({ c: [current.flow, current.step] }),
      { current: ['origin'] },
    ],
    ['the number of the run', ({ current }) => ({ c: current.run }), { current: ['origin', 'run'] }],
    ['a pathspec', ({ current: { pathspec } }) => ({ pathspec }), { current: ['origin', 'pathspec'] }],
    [
      'all of `current`',
      ({ current }) => ({ current }),
      { current: ['attempt', 'namespace', 'origin', 'pathspec', 'run', 'tags', 'task', 'user'] },
    ],
    ['the signal and the log', ({ signal, log }) => void log(`${signal.aborted}`), {}],
  ])('%s', async (_, body, reads) => expect(await readsOf(body)).toEqual(reads));

  test('of a loop, whether it read its iteration', async () => {
    const f = flow('reads');
    const start = f.start(() => ({ n: 0 }));
    const counts = f.loop('counts', { after: start, while: 'more', max: 9 }, ({ iteration }) => ({
      more: iteration < 1,
    }));
    const blind = f.loop('blind', { after: counts, while: 'more', max: 9 }, () => ({ more: false }));
    const ran = await new MemoryEngine().run(f.end(blind));
    expect(rowsOf(ran, 'counts').map(({ reads }) => reads)).toEqual([
      { iteration: true },
      { iteration: true },
    ]);
    expect(rowOf(ran, 'blind').reads).toEqual({});
  });

  test('of a foreach, whose item it read, and whether its index', async () => {
    const f = flow('reads');
    const start = f.start(() => ({ outer: ['x', 'y'] }));
    const out = f.foreach('out', { after: start, over: 'outer' }, ({ input }) => ({ inner: [input, 'z'] }));
    const none = f.foreach('none', { after: out, over: 'inner' }, () => ({}));
    const place = f.step('place', { after: none }, ({ index }: Context) => ({ at: index }));
    const item = f.step('item', { after: place }, ({ input }: Context) => ({ is: input }));
    const above = f.step('above', { after: item }, ({ stack }: Context) => ({ up: stack[1] }));
    const in1 = f.join('in1', { after: above }, () => ({}));
    const in2 = f.join('in2', { after: in1 }, () => ({}));
    const ran = await new MemoryEngine().run(f.end(in2));
    const reads = (step: string) => rowsOf(ran, step)[3]?.reads ?? rowsOf(ran, step)[0]?.reads;
    expect(['out', 'none', 'place', 'item', 'above', 'in1'].map(reads)).toEqual([
      { items: ['out'] },
      {},
      { index: true },
      { items: ['none'] },
      { items: ['out'] },
      {},
    ]);
    const [start1] = rowsOf(ran, 'start');
    expect(start1?.counts).toEqual({ outer: 2 });
    expect(['x', 'y'].map((_, i) => itemDigest(start1?.items?.outer as string, i))).toEqual(
      ['x', 'y'].map((item) => shortDigest(item)),
    );
    expect(itemDigest(start1?.items?.outer as string, 2)).toBeUndefined();
  });
});

describe('of several inputs', () => {
  function gathered(body: (context: Context) => unknown) {
    const f = flow('reads');
    const start = f.start(() => ({ base: 0 }));
    const left = f.step('left', { after: start }, () => ({ l: 1, both: 2 }));
    const right = f.step('right', { after: start }, () => ({ r: 3, both: 2 }));
    return f.end(f.gather('both', { after: { left, right } }, body as () => object));
  }

  test.each<[what: string, body: (context: Context) => unknown, reads: TaskReads]>([
    ['nothing', () => ({}), {}],
    ['a name of one', ({ inputs }) => ({ c: inputs.right.r }), { names: [['r', A, [1]]] }],
    [
      'a name of each',
      ({ inputs }) => ({ c: inputs.left.both + inputs.right.both }),
      { names: [['both', A]] },
    ],
    ['the names of one', ({ inputs }) => ({ c: { ...inputs.left }.l }), { all: [A, [0]] }],
    [
      'all of one, and a name of the other',
      ({ inputs }) => ({ c: { ...inputs.left }.l + inputs.left.l + inputs.right.r }),
      { names: [['r', A, [1]]], all: [A, [0]] },
    ],
    ['the inputs, but nothing of them', ({ inputs }) => ({ c: Object.keys(inputs) }), {}],
    ['merge()', ({ inputs }) => ({ ...merge(inputs) }), { all: [A] }],
    [
      'merge() that takes one name',
      ({ inputs }) => ({ ...merge(inputs, { include: ['both'] }) }),
      { all: [A] },
    ],
    ['merge() of one', ({ inputs: { left } }) => ({ ...merge({ left }) }), { all: [A, [0]] }],
  ])('%s', async (_, body, reads) => {
    const ran = await new MemoryEngine().run(gathered(body));
    expect(ran.error).toBeUndefined();
    expect(rowOf(ran, 'both').reads).toEqual(reads);
  });

  test('the digest of what several have is that of their digests, in order', async () => {
    const f = flow('reads');
    const start = f.start(() => ({ rows: [10, 20, 30] }));
    const each = f.foreach('each', { after: start, over: 'rows' }, ({ input }) =>
      input === 20 ? { is: input, odd: true } : { is: input },
    );
    const all = f.join('all', { after: each }, ({ inputs }) => ({
      sum: inputs.reduce((sum, one) => sum + one.is, 0),
      odd: (inputs[1] as Context).odd,
      none: (inputs as Context[]).slice(0, 2).map((one) => one.nowhere ?? 0),
    }));
    const e = new MemoryEngine();
    const ran = await e.run(f.end(all));
    const rows = rowsOf(ran, 'each');
    const records = await e.store.artifacts(
      rows.map(({ task }) => ({ flow: 'reads', run: ran.run, step: 'each', task, name: 'is' })),
    );
    expect(rowOf(ran, 'all').reads).toEqual({
      names: [
        ['is', sha256(records.map((one) => one?.digest))],
        ['nowhere', null, [0, 1]],
        ['odd', A, [1]],
      ],
    });
  });

  test('two runs whose joins saw equal values have equal reads; where one value differs, they differ', async () => {
    const define = (third: number) => {
      const f = flow('reads');
      const start = f.start(() => ({ rows: [1, 2, third], third }));
      const each = f.foreach('each', { after: start, over: 'rows' }, ({ input }) => ({ is: input }));
      return f.end(
        f.join('all', { after: each }, ({ inputs }) => ({ n: inputs.map(({ is }) => is).length })),
      );
    };
    const e = new MemoryEngine();
    const [one, same, other] = [await e.run(define(3)), await e.run(define(3)), await e.run(define(4))];
    const reads = (ran: Ran) => rowOf(ran, 'all').reads;
    expect(reads(same)).toEqual(reads(one));
    expect(reads(other)).not.toEqual(reads(one));
    const items = (ran: Ran) =>
      [0, 1, 2].map((i) => itemDigest(rowOf(ran, 'start').items?.rows as string, i));
    expect(items(other).slice(0, 2)).toEqual(items(one).slice(0, 2));
    expect(items(other)[2]).not.toBe(items(one)[2]);
  });
});

test('where a task failed, or its failure was caught, it is not known what it read', async () => {
  const f = flow('reads');
  const start = f.start(() => ({ a: 1 }));
  const caught = f.step('caught', { after: start, catch: 'failure' }, ({ self }) => {
    throw new Error(`${self.a}`);
  });
  const fails = f.step('fails', { after: caught }, ({ self }) => {
    throw new Error(`${self.a}`);
  });
  const ran = await new MemoryEngine().run(f.end(fails));
  expect(rowOf(ran, 'caught')).toMatchObject({ status: 'done', error: { message: '1' } });
  expect(rowOf(ran, 'fails').status).toBe('failed');
  for (const step of ['caught', 'fails']) expect(rowOf(ran, step)).not.toHaveProperty('reads');
});

test('the row of a task that looked at nothing and returned nothing says so in few bytes', async () => {
  const f = flow('reads');
  const start = f.start(() => ({ rows: [1] }));
  const each = f.foreach('each', { after: start, over: 'rows' }, () => ({}));
  const ran = await new MemoryEngine().run(f.end(f.join('all', { after: each }, () => ({}))));
  const { reads, items, counts } = rowOf(ran, 'each');
  expect({ reads, items, counts }).toEqual({ reads: {}, items: undefined, counts: undefined });
});

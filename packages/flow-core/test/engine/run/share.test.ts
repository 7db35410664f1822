/** `share` of a foreach: decoded once in a process, one frozen value for all splits, in every way in which a step is executed. */
import { type Codec, flow, instance, merge } from '../../../src';
import { requireGraph } from '../../../src/definition/flow';
import { Runner } from '../../../src/testing';
import { ShuffledPool } from '../../conformance/shuffled-pool';
import { MemoryEngine } from '../../kit/memory';

class Point {
  constructor(
    public x: number,
    public y: number,
  ) {}
}

interface Seen {
  films: object;
  mine: object;
  points: object[];
}

/** What the splits saw: the objects themselves, since all is in one process. */
function films({ change, seen = [] }: { change?: (films: Film[]) => void; seen?: Seen[] } = {}) {
  const f = flow('films', { codecs: [instance(Point)] });
  const start = f.start(() => ({
    films: [{ id: 1, at: new Date(5), tags: ['a'] }] as Film[],
    mine: [{ id: 1 }],
    points: { all: [new Point(1, 2)], rest: { n: 1 } },
    rows: [0, 1, 2],
  }));
  const each = f.foreach('each', { after: start, over: 'rows', share: ['films', 'points'] }, ({ self }) => {
    change?.(self.films);
    const { films, mine, points } = self;
    seen.push({ films, mine, points: [points, points.rest, points.all[0] as Point] });
    (points.all[0] as Point).x = 9;
    (mine[0] as { id: number }).id = 9;
    return { kept: films, first: films[0], frozen: Object.isFrozen(films[0]) };
  });
  const all = f.join('all', { after: each }, ({ inputs }) => ({
    ...merge(inputs, { exclude: ['first', 'points'] }),
    ids: inputs.map(({ first }) => first?.id),
  }));
  return { defined: f.end(all), each };
}
interface Film {
  id: number;
  at: Date;
  tags: string[];
}

test('all splits have the very same frozen value; without it, each has its own', async () => {
  const seen: Seen[] = [];
  const e = new MemoryEngine();
  const ran = await e.run(films({ seen }).defined);
  expect(ran.error).toBeUndefined();
  expect(seen).toHaveLength(3);
  expect(new Set(seen.map(({ films }) => films)).size).toBe(1);
  expect(new Set(seen.map(({ mine }) => mine)).size).toBe(3);
  // An instance is copied for each split, and what holds it; the rest is shared.
  expect([0, 1, 2].map((i) => new Set(seen.map(({ points }) => points[i])).size)).toEqual([3, 1, 3]);
  // What is shared can be returned, whole and in part.
  expect(await e.after(ran, 'end')).toMatchObject({
    ids: [1, 1, 1],
    frozen: true,
    kept: [{ id: 1, at: new Date(5), tags: ['a'] }],
  });
});

const CHANGES: [string, (films: Film[]) => void, RegExp][] = [
  ['a list', (all) => all.pop(), /Cannot delete property '0' of \[object Array\]/],
  ['an object in it', (all) => Object.assign(all[0] as Film, { id: 2 }), /read only property 'id'/],
  ['a Date', (all) => all[0]?.at.setTime(1), /This Date is the same for all splits of the foreach/],
];

test.each(CHANGES)(
  'a split that changes %s fails, in a run, a spin, the Runner and step.run()',
  async (_, change, message) => {
    const { defined, each } = films({ change });
    const e = new MemoryEngine();
    const ran = await e.run(defined);
    expect(ran.tasks.filter(({ step, status }) => step === 'each' && status === 'failed')).toHaveLength(3);
    expect(ran.error?.message).toMatch(message);
    const spun = await e.spin(defined, 'each', { index: [1] });
    expect(spun.error?.message).toMatch(message);
    const given = { films: [{ id: 1, at: new Date(5), tags: ['a'] }] };
    const runner = new Runner(defined);
    try {
      const rest = { mine: [{ id: 1 }], points: { all: [new Point(1, 2)], rest: { n: 1 } }, rows: [0] };
      const tried = await runner.spin(each, { artifacts: { ...given, ...rest } });
      expect(tried.error?.message).toMatch(message);
    } finally {
      await runner.dispose();
    }
    await expect(each.run({ self: given, input: 0, index: 0 })).rejects.toThrow(message);
    // The test's own value is not frozen.
    given.films[0]?.tags.push('c');
    expect(given.films.pop()?.id).toBe(1);
  },
);

test('equal bytes of two codecs and of two types stay two values, and an instance keeps what it shares', async () => {
  class Meter extends Point {}
  const codec = (id: string, Class: typeof Point): Codec<Point> => ({
    ...{ id, version: 1, match: (value: unknown) => Object.getPrototypeOf(value) === Class.prototype },
    encode: ({ x, y }) => Buffer.from(`${x},${y}`),
    decode(bytes) {
      const [x = 0, y = 0] = Buffer.from(bytes).toString().split(',').map(Number);
      return new Class(x, y);
    },
  });
  class Holder {
    constructor(readonly held: object) {}
  }
  const f = flow('same', { codecs: [codec('point', Point), codec('meter', Meter), instance(Holder)] });
  const bytes = new Uint8Array(80_000).fill(64);
  const start = f.start(() => {
    const row = { n: 1 };
    return {
      ...{ a: new Point(5, 6), b: new Meter(5, 6), u8: bytes, f32: new Float32Array(bytes.slice().buffer) },
      ...{ held: { row, by: new Holder(row) }, rows: [0, 1] },
    };
  });
  const share = ['a', 'b', 'u8', 'f32', 'held'] as const;
  const each = f.foreach('each', { after: start, over: 'rows', share: [...share] }, ({ self }) => ({
    names: [self.a, self.b, self.u8, self.f32].map((value) => value.constructor.name),
    isSame: self.held.by.held === self.held.row,
  }));
  const all = f.join('all', { after: each }, ({ inputs }) => ({
    seen: inputs.map(({ names, isSame }) => [...names, isSame]),
  }));
  const e = new MemoryEngine();
  const split = ['Point', 'Meter', 'Uint8Array', 'Float32Array', true];
  expect((await e.after(await e.run(f.end(all)), 'end')).seen).toEqual([split, split]);
});

test('splits that are executed at once share it too', async () => {
  const seen: Seen[] = [];
  const { defined } = films({ seen });
  const e = new MemoryEngine();
  const graph = requireGraph(defined);
  const { runFlow } = await import('../../../src/engine/run/run');
  const { parseParams } = await import('../../../src/definition/params');
  const { status } = await runFlow({
    ...{ graph, store: e.store, params: parseParams(graph, {}), user: 'tester', namespace: 'user:tester' },
    ...{ tags: [], cwd: process.cwd(), workers: 3, emit: () => {} },
    pool: (host) => new ShuffledPool(graph, e.store.cas, host, 1),
  });
  expect([status, new Set(seen.map(({ films }) => films)).size]).toEqual(['done', 1]);
});

/** @param made what start returns */
const odd = (share: unknown, made: () => object = () => ({ rows: [1], films: [] })) => {
  const f = flow('odd');
  const start = f.start(made) as never;
  const each = f.foreach(
    'each',
    { after: start, over: 'rows' as never, share: share as never },
    ({ self }) => ({
      got: (self as { films?: unknown }).films === undefined,
    }),
  );
  return f.end(
    f.join('all', { after: each as never }, ({ inputs }) => ({ got: (inputs as [{ got: boolean }])[0].got })),
  );
};

test('what is no list of names is refused, and so is a name that no step makes', async () => {
  expect(() => odd('rows')).toThrow(
    '`share` of "each" is a list of names of artifacts, such as [\'films\'].',
  );
  const e = new MemoryEngine();
  await expect(e.run(odd(['films', 'filmz', 'got']))).rejects.toMatchObject({
    code: 'FLOW_INVALID',
    problems: [
      {
        code: 'FLOW_OPTION_VALUE',
        message: '`share` of "each" has "filmz", which no step before it returns. Did you mean "films"?',
        where: expect.stringContaining('share.test'),
      },
      {
        code: 'FLOW_OPTION_VALUE',
        message: '`share` of "each" has "got", which no step before it returns. There are: rows, films.',
      },
    ].map((problem) => expect.objectContaining(problem)),
  });
});

test('a name that may be there is not refused: where it is not, it is read as undefined', async () => {
  const made: object = { rows: [1] };
  const e = new MemoryEngine();
  for (const start of [() => made, () => ({ ...made }), () => ({ rows: [1], ['fil'.concat('m')]: 1 })])
    expect(await e.after(await e.run(odd(['films'], start)), 'end')).toEqual({ got: true });
});

test('a name that comes through a merge, a catch or a conditional return is known', async () => {
  const f = flow('through');
  const start = f.start(({ params }) => (params ? { rows: [1], films: [1] } : { rows: [2] }));
  const left = f.step('left', { after: start, catch: 'failed' }, () => ({ l: 1 }));
  const right = f.step('right', { after: start }, ({ self }) => ({ ...self, r: 1 }));
  const both = f.gather('both', { after: { left, right } }, ({ inputs }) => merge(inputs));
  const each = f.foreach(
    'each',
    { after: both as never, over: 'rows' as never, share: ['films', 'l', 'r', 'failed', 'none'] as never },
    () => ({}),
  );
  const defined = f.end(f.join('all', { after: each as never }, () => ({})));
  const { unknownShared } = await import('../../../src/source/shared-names');
  expect((await unknownShared(requireGraph(defined))).map(({ message }) => message)).toEqual([
    '`share` of "each" has "none", which no step before it returns. There are: r, rows, films, l, failed.',
  ]);
});

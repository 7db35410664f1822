/** Codecs that a flow registers. */
import { createHash } from 'node:crypto';
import { type Codec, client, flow, instance, merge } from '../../../src';
import { jsonValue } from '../../../src/cli/json/value';
import { previewBy } from '../../../src/definition/codec';
import { encodeValue } from '../../../src/store/values/artifacts';
import { Runner } from '../../../src/testing';
import { MemoryEngine } from '../../kit/memory';

class Point {
  constructor(
    readonly x: number,
    readonly y: number,
  ) {}
  get norm(): number {
    return Math.hypot(this.x, this.y);
  }
}

const point: Codec<Point> = {
  id: 'point',
  version: 1,
  match: (value) => value instanceof Point,
  encode: ({ x, y }) => Buffer.from(JSON.stringify([x, y])),
  decode(bytes) {
    const [x, y] = JSON.parse(Buffer.from(bytes).toString());
    return new Point(x, y);
  },
};

function declare(codecs: readonly Codec<never>[]) {
  const f = flow('map', { codecs });
  const start = f.start(() => ({ home: new Point(3, 4), list: [1, 2] }));
  const next = f.foreach('next', { after: start, over: 'list' }, ({ self, input }) => ({
    norm: self.home.norm,
    moved: new Point(self.home.x + input, 0),
  }));
  const all = f.join('all', { after: next }, ({ inputs }) => ({ moved: inputs.map(({ moved }) => moved.x) }));
  return { f, next, start, all, flowOf: f.end(all) };
}

test('values of own classes are stored and read by run, spin, resume, Runner and client', async () => {
  const { flowOf, next } = declare([point as never]);
  const engine = new MemoryEngine();
  const ran = await engine.run(flowOf);
  expect(ran.error).toBeUndefined();
  const outcome = await engine.spin(flowOf, 'next');
  expect(outcome.artifacts).toMatchObject([
    { name: 'norm', value: 5, change: 'same' },
    { name: 'moved', type: 'Point', change: 'same' },
  ]);
  expect((await engine.spin(flowOf, 'next', { set: { home: new Point(0, 2) } })).artifacts[0]?.value).toBe(2);
  const resumed = await engine.resume(flowOf, ran.run, 'all');
  expect(resumed.error).toBeUndefined();
  expect((await engine.after(resumed, 'all')).moved).toEqual([4, 5]);

  const task = await (await client(flowOf, { store: engine.store, namespace: null }).run(ran.run))
    .step(next)
    .task();
  const moved = await task.artifacts.moved;
  expect(moved).toBeInstanceOf(Point);
  expect(moved.norm).toBe(4);
  const byName = await client('map', { store: engine.store, namespace: null }).task('1/next/2');
  await expect(byName.artifacts.moved).rejects.toMatchObject({
    code: 'FLOW_CODEC_UNKNOWN',
    message: expect.stringContaining('"point"'),
  });

  const runner = new Runner(flowOf);
  try {
    const spun = await runner.spin(next, { artifacts: { home: new Point(6, 8), list: [1] } });
    expect([spun.artifacts.norm, spun.artifacts.moved.x]).toEqual([10, 7]);
    const { run } = await runner.run();
    expect(await (await run.step(next).task()).artifacts.moved).toEqual(new Point(4, 0));
  } finally {
    await runner.dispose();
  }
});

test('a list of a codec is split into its items', async () => {
  class Points extends Array<Point> {}
  const points: Codec<Points> = {
    id: 'points',
    version: 1,
    match: (value) => value instanceof Points,
    encode: (list) => Buffer.from(JSON.stringify(list)),
    decode: (bytes) =>
      Points.from(
        JSON.parse(Buffer.from(bytes).toString()) as Point[],
        ({ x, y }) => new Point(x, y),
      ) as Points,
  };
  const f = flow('split', { codecs: [points] });
  const start = f.start(() => ({ list: Points.of(new Point(3, 4), new Point(5, 12)) as Points }));
  const each = f.foreach('each', { after: start, over: 'list' }, ({ input }) => ({ norm: input.norm }));
  const all = f.join('all', { after: each }, ({ inputs }) => ({ norms: inputs.map(({ norm }) => norm) }));
  const flowOf = f.end(all);
  const engine = new MemoryEngine();
  const ran = await engine.run(flowOf);
  expect(ran.error).toBeUndefined();
  expect((await engine.after(ran, 'all')).norms).toEqual([5, 13]);
  expect((await engine.spin(flowOf, 'each', { index: [1] })).artifacts[0]?.value).toBe(13);
});

test('equal bytes are equal values, unless the codec has a digest', async () => {
  const changeOf = async (digest?: (value: Point) => string) => {
    let y = 0;
    const f = flow('digests', { codecs: [{ ...point, ...(digest ? { digest } : {}) }] });
    const start = f.start(() => ({ home: new Point(1, y++) }));
    const flowOf = f.end(start);
    const engine = new MemoryEngine();
    await engine.run(flowOf);
    return (await engine.spin(flowOf, 'start')).artifacts[0]?.change;
  };
  expect(await changeOf()).toBe('changed');
  expect(await changeOf(({ x }) => String(x))).toBe('same');
});

test('equal bytes of two codecs are two values, also by their texts, and in what a codec decodes later', async () => {
  const bytes = Buffer.from('5');
  const given = (id: string, more: Partial<Codec<unknown>> = {}) => {
    const codec = { id, version: 1, match: () => true, encode: () => bytes, decode: () => 5, ...more };
    return encodeValue('a', new Point(1, 2), [codec as Codec<unknown>]).digest();
  };
  const hash = createHash('sha256').update(bytes).digest('hex');
  const digest = (text: string) => ({ digest: () => text });
  const later = { decode: undefined, decodeAsync: async () => 5 } as object;
  const digests = [
    given('meter'),
    given('feet'),
    given('meter', digest('x')),
    given('meter', digest(hash)),
    // Together, id and text are the same.
    given('meter:x', digest('y')),
    given('meter', digest('x:y')),
    given('raw:Buffer', digest(hash)),
    encodeValue('a', bytes).digest(),
    hash,
  ];
  expect(new Set(digests).size).toBe(digests.length);
  const packed = { ...point, id: 'packed', ...later } as never;
  const { value } = encodeValue('a', new Point(1, 2), [packed]);
  expect(encodeValue('a', value, [packed]).digest()).toBe(
    encodeValue('a', new Point(1, 2), [packed]).digest(),
  );
});

test('splits that differ by their codec alone are a conflict to merge() and a change to a spin', async () => {
  class Meter extends Point {}
  const ofClass = (id: string, Class: typeof Point): Codec<Point> => ({
    ...point,
    id,
    match: (value) => Object.getPrototypeOf(value) === Class.prototype,
  });
  let Class: typeof Point = Point;
  const f = flow('units', { codecs: [ofClass('point', Point), ofClass('meter', Meter)] });
  const start = f.start(() => ({ at: new Class(5, 6), rows: [0, 1] }));
  const each = f.foreach('each', { after: start, over: 'rows' }, ({ input }) => ({
    len: input === 0 ? new Point(1, 1) : new Meter(1, 1),
  }));
  const flowOf = f.end(f.join('all', { after: each }, ({ inputs }) => ({ ...merge(inputs) })));
  const engine = new MemoryEngine();
  expect((await engine.run(flowOf)).error).toMatchObject({ code: 'FLOW_MERGE_CONFLICT' });
  Class = Meter;
  expect((await engine.spin(flowOf, 'start')).artifacts.map(({ change }) => change)).toEqual([
    'changed',
    'same',
  ]);
});

test('a decode that gives a promise is refused, by flow() where it can be seen', async () => {
  const why = 'decode() of the codec "point" gives a promise, for which nobody waits: ';
  const own = `${why}use decodeAsync() in its place.`;
  const awaiting = {
    ...point,
    decode: (bytes: Uint8Array) => Promise.resolve(point.decode(bytes, 1)) as never,
  };
  const made = instance(Point, {
    id: 'point',
    encode: ({ x }) => x,
    decode: (x) => Promise.resolve(x) as never,
  });
  for (const [codec, error] of [
    [awaiting, own],
    [made, `${why}write a codec with encode() and decodeAsync().`],
  ] as const)
    for (const isDeep of [false, true]) {
      const f = flow('wait', { codecs: [codec as Codec<Point>] });
      const start = f.start(() => ({ home: isDeep ? [new Point(1, 2)] : new Point(1, 2) }));
      const next = f.step('next', { after: start }, ({ self }) => ({ x: String(self.home) }));
      expect((await new MemoryEngine().run(f.end(next))).error).toMatchObject({
        code: 'FLOW_CODEC_ASYNC',
        message: error,
      });
    }
  expect(() =>
    flow('wait', { codecs: [{ ...point, decode: async () => new Point(1, 2) }] as never }),
  ).toThrow(own);
});

test.each([5, null, {}, { line: 5 }, { line: 'x', rows: [1] }])(
  'a preview that is %p is told as such',
  (said) => {
    const told = { line: 'preview() of the codec "point" gave neither a text nor { line, rows }' };
    expect(previewBy({ ...point, preview: () => said as never }, new Point(1, 2))).toEqual(told);
    expect(previewBy({ ...point, preview: () => undefined as never }, new Point(1, 2))).toBeUndefined();
  },
);

test('what json() and toJSON() throw is told with whose they are', () => {
  const no = () => {
    throw new Error('no');
  };
  class Closed {
    toJSON = no;
  }
  for (const [value, why] of [
    [new Point(1, 2), 'json() of the codec "point" threw: no'],
    [new Closed(), 'toJSON() of the class "Closed" threw: no'],
  ] as const)
    expect(() => jsonValue([value], [{ ...point, json: no }])).toThrow(
      expect.objectContaining({ code: 'FLOW_ARTIFACT_UNREADABLE', message: why }),
    );
});

test('a newer codec reads what an older one wrote, and an older one says that it cannot', async () => {
  const engine = new MemoryEngine();
  await engine.run(declare([point as never]).flowOf);
  const seen: number[] = [];
  const two: Codec<Point> = {
    ...point,
    version: 2,
    decode(bytes, version) {
      seen.push(version);
      return point.decode(bytes, version);
    },
  };
  expect((await engine.spin(declare([two as never]).flowOf, 'next')).status).toBe('done');
  expect(seen).toContain(1);
  await engine.run(declare([two as never]).flowOf);
  expect((await engine.spin(declare([point as never]).flowOf, 'next')).error).toMatchObject({
    code: 'FLOW_ARTIFACT_UNREADABLE',
    message:
      'Version 2 of the codec "point" stored this artifact, and here is version 1: newer versions of the flow\'s code read it.',
  });
  expect((await engine.spin(declare([]).flowOf, 'next')).error).toMatchObject({ code: 'FLOW_CODEC_UNKNOWN' });
});

test.each([
  [
    'match',
    {
      match: () => {
        throw new Error('no');
      },
    },
    'match() of the codec "point" threw: no',
  ],
  [
    'encode',
    {
      encode: () => {
        throw new Error('no');
      },
    },
    'encode() of the codec "point" threw: no',
  ],
  [
    'encode',
    {
      encode: () => {
        throw Object.assign(Object.create(null), { code: 3n });
      },
    },
    'encode() of the codec "point" threw: [Object: null prototype] { code: 3n }',
  ],
  [
    'digest',
    {
      digest: () => {
        throw Object.defineProperty(new Error(), 'message', {
          get() {
            throw 1;
          },
        });
      },
    },
    'digest() of the codec "point" threw: ',
  ],
  [
    'encode',
    { encode: () => 'text' as never },
    'encode() of the codec "point" gave string, not a Uint8Array.',
  ],
  ['digest', { digest: () => 5 as never }, 'digest() of the codec "point" gave number, not a text.'],
])('what goes wrong in %s names the artifact and the codec', async (_, wrong, why) => {
  const f = flow('wrong', { codecs: [{ ...point, ...wrong }] });
  const start = f.start(() => ({ home: new Point(1, 2) }));
  expect((await new MemoryEngine().run(f.end(start))).error).toMatchObject({
    code: 'FLOW_ARTIFACT_UNSTORABLE',
    message: expect.stringContaining(`The artifact home cannot be stored: ${why}`),
  });
});

test('a decode that throws what cannot be described is told with its codec', async () => {
  const f = flow('wrong', {
    codecs: [
      {
        ...point,
        decode() {
          throw Object.create(null);
        },
      },
    ],
  });
  const start = f.start(() => ({ home: new Point(1, 2) }));
  const next = f.step('next', { after: start }, ({ self }) => ({ x: self.home.x }));
  expect((await new MemoryEngine().run(f.end(next))).error).toMatchObject({
    code: 'FLOW_ARTIFACT_UNREADABLE',
    message: 'decode() of the codec "point" threw: {}',
  });
});

test.each([
  ['what is no list', 'x', '`codecs` is a list of codecs.'],
  ['what is no codec', [null], 'codecs[0] is no object.'],
  ['no id', [{ ...point, id: '' }], 'codecs[0] needs an id of letters, digits and .:@/-_, such as "point".'],
  ['a built-in id', [{ ...point, id: 'json' }], '"json" is the id of a built-in codec: take another.'],
  ['one id twice', [point, point], '"point" is there twice.'],
  [
    'two classes of one name',
    [instance(Point), instance(class Point {})],
    `"Point" is there twice: give one of two classes of this name another id, instance(Point, { id: '…' }).`,
  ],
  ['no version', [{ ...point, version: 1.5 }], '"point" needs a version: a whole number from 1.'],
  ['no decode', [{ ...point, decode: undefined }], '"point" needs a function decode().'],
  ['a digest that is none', [{ ...point, digest: 'x' }], 'The digest of "point" is no function.'],
])('flow() refuses %s', (_, codecs, why) => {
  expect(() => flow('bad', { codecs: codecs as never })).toThrow(
    expect.objectContaining({
      code: 'FLOW_CODEC',
      message: `The flow "bad" cannot use its codecs: ${why}`,
    }),
  );
});

test('every problem of the codecs is told at once, and a codec may be of a class', () => {
  expect(() => flow('bad', { codecs: [{ id: 'a', version: 0 }, 5] as never })).toThrow(
    'The flow "bad" cannot use its codecs: "a" needs a version: a whole number from 1. ' +
      '"a" needs a function match(). "a" needs a function encode(). "a" needs a function decode(). ' +
      'codecs[1] is no object.',
  );
  class PointCodec implements Codec<Point> {
    readonly id = 'point';
    readonly version = 1;
    match = point.match;
    encode(value: Point) {
      return point.encode(value);
    }
    decode(bytes: Uint8Array, version: number) {
      return point.decode(bytes, version);
    }
  }
  expect(() => flow('good', { codecs: [new PointCodec()] })).not.toThrow();
});

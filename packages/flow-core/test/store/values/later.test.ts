/** Codecs that decode with time, and what they write in pieces. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { client, flow, type LaterCodec } from '../../../src';
import { FileCas } from '../../../src/store/cas/cas';
import { MemoryCas } from '../../../src/store/cas/memory-cas';
import { Artifacts } from '../../../src/store/values/artifacts';
import { isLater } from '../../../src/store/values/later';
import { Runner } from '../../../src/testing';
import { MemoryEngine } from '../../kit/memory';

class Model {
  constructor(readonly weights: number[]) {}
  predict(x: number): number {
    return this.weights.reduce((sum, weight, i) => sum + weight * x ** i, 0);
  }
}

const model: LaterCodec<Model> = {
  id: 'model',
  version: 1,
  match: (value) => value instanceof Model,
  encode: ({ weights }) => Buffer.from(JSON.stringify(weights)),
  decodeAsync: async (bytes) => new Model(JSON.parse(String(Buffer.from(bytes)))),
};
const named: LaterCodec<Model> = { ...model, id: 'named', digest: ({ weights }) => weights.join() };

function declare(codec: LaterCodec<Model>) {
  const f = flow('train', { codecs: [codec] });
  const start = f.start(() => ({
    best: new Model([1, 2]),
    all: [{ of: new Model([3]) }, { of: new Model([1, 2]) }],
  }));
  const use = f.step('use', { after: start }, async ({ self }) => {
    const best = await self.best.value();
    const sum = self.all.map(async ({ of }) => (await of.value()).predict(1));
    return { y: best.predict(10), ys: await Promise.all(sum), isSame: best === (await self.best.value()) };
  });
  const again = f.step('again', { after: use }, ({ self }) => ({
    best: self.best,
    all: [self.all[0], { of: self.best }],
    mixed: new Map([['a', self.all[1]?.of]]),
  }));
  const last = f.step('last', { after: again }, async ({ self }) => ({
    ys: [(await self.best.value()).predict(1), (await self.mixed.get('a')?.value())?.predict(1)],
  }));
  return { flowOf: f.end(last), start, use, last };
}

describe.each([model, named])('a codec with decodeAsync ($id)', (codec) => {
  test('gives handles, whole and inside of values, in run, spin, resume and Runner', async () => {
    const { flowOf, use, last } = declare(codec);
    const engine = new MemoryEngine();
    const ran = await engine.run(flowOf);
    expect(ran.error).toBeUndefined();
    const left = await client(flowOf, { store: engine.store, namespace: null }).run(ran.run);
    const used = (await left.step(use).task()).artifacts;
    expect([await used.y, await used.ys, await used.isSame]).toEqual([21, [3, 3], true]);
    expect(await (await left.step(last).task()).artifacts.ys).toEqual([3, 3]);
    expect((await engine.spin(flowOf, 'last')).artifacts).toMatchObject([{ name: 'ys', change: 'same' }]);
    const set = { best: new Model([7]) };
    expect((await engine.spin(flowOf, 'use', { set })).artifacts).toMatchObject([{ value: 7 }, {}, {}]);
    expect((await engine.resume(flowOf, ran.run, 'use')).error).toBeUndefined();
    const runner = new Runner(flowOf);
    try {
      const spun = await runner.spin(use, { artifacts: { best: new Model([5]), all: [] } });
      expect(spun.artifacts.y).toBe(5);
      const { run } = await runner.run();
      const { artifacts } = await run.step(last).task();
      expect((await (await artifacts.best).value()).predict(0)).toBe(1);
    } finally {
      await runner.dispose();
    }
  });

  test('what is returned again has the digest of the value itself', async () => {
    const artifacts = new Artifacts(new MemoryCas(), [codec]);
    const whole = await artifacts.encode('m', new Model([1, 2]));
    const inside = await artifacts.encode('m', { of: [new Model([1, 2])] });
    const handle = artifacts.decode(whole);
    const nested = artifacts.decode(inside) as { of: [unknown] };
    expect(isLater(handle) && isLater(nested.of[0])).toBe(true);
    expect(await artifacts.encode('m', handle)).toEqual(whole);
    expect((await artifacts.encode('m', { of: [handle] })).digest).toBe(inside.digest);
    expect((await artifacts.encode('m', nested)).digest).toBe(inside.digest);
    expect((await artifacts.encode('m', nested.of[0])).digest).toBe(whole.digest);
  });
});

test('what decodes with time decides and splits nothing', async () => {
  const codeOf = async (declare: (f: ReturnType<typeof flow>) => never) => {
    const f = flow('wrong', { codecs: [model] }) as never;
    const { error } = await new MemoryEngine().run(declare(f));
    return error;
  };
  const over = await codeOf((f) => {
    const start = f.start(() => ({ rows: new Model([1]) as never as number[] }));
    const each = f.foreach('each', { after: start, over: 'rows' }, ({ input }) => ({ y: input }));
    return f.end(f.join('all', { after: each }, () => ({}))) as never;
  });
  expect(over).toMatchObject({
    code: 'FLOW_CODEC_ASYNC',
    message:
      'The foreach "each" splits "rows", which the codec "model" decodes with time (decodeAsync): decide and split by plain data, and return it as an artifact of its own.',
  });
  const list = await codeOf((f) => {
    const start = f.start(() => ({ rows: [{ by: new Map([[1, [new Model([1])]]]) }] }));
    const wait = f.step('wait', { after: start }, () => ({}));
    const each = f.foreach('each', { after: wait, over: 'rows' }, () => ({ y: 1 }));
    return f.end(f.join('all', { after: each }, () => ({}))) as never;
  });
  expect(list).toMatchObject({
    code: 'FLOW_CODEC_ASYNC',
    message: expect.stringMatching(/^The foreach "each" splits "rows", which holds a model, which the codec/),
  });
  const on = await codeOf((f) => {
    const start = f.start(() => ({}));
    const size = f.switch('size', { after: start, on: 'is', cases: ['a'] }, () => ({
      is: new Model([]) as never,
    }));
    return f.end(f.step('a', { after: size.when('a') }, () => ({}))) as never;
  });
  expect(on).toMatchObject({
    code: 'FLOW_CODEC_ASYNC',
    message: expect.stringMatching(/^The switch "size" decides on "is"/),
  });
  const goesOn = await codeOf((f) => {
    const start = f.start(() => ({}));
    return f.end(
      f.loop('more', { after: start, while: 'is' }, () => ({ is: new Model([]) as never as boolean })),
    ) as never;
  });
  expect(goesOn).toMatchObject({
    code: 'FLOW_CODEC_ASYNC',
    message: expect.stringMatching(/^The loop "more" goes on while "is"/),
  });
});

test('what decodeAsync throws names the codec, and flow() refuses two ways of decoding', async () => {
  const broken = { ...model, decodeAsync: async () => Promise.reject(new Error('no such layer')) };
  const artifacts = new Artifacts(new MemoryCas(), [broken]);
  const handle = artifacts.decode(await artifacts.encode('m', new Model([]))) as {
    value(): Promise<unknown>;
  };
  await expect(handle.value()).rejects.toMatchObject({
    code: 'FLOW_ARTIFACT_UNREADABLE',
    message: 'decodeAsync() of the codec "model" threw: no such layer',
  });
  const refused = (codec: object) => () => flow('bad', { codecs: [codec as never] });
  expect(refused({ ...model, decode: () => 1 })).toThrow(
    '"model" has decode() and decodeAsync(): give one of them.',
  );
  expect(refused({ ...model, decodeAsync: 1 })).toThrow('"model" needs a function decodeAsync().');
  expect(refused({ ...model, file: { extension: '.pb' } })).toThrow(
    `The file of "model" needs an extension without the dot: { extension: 'arrow' }.`,
  );
  expect(refused({ ...model, preview: 'x' })).toThrow('The preview of "model" is no function.');
});

test('a large stream goes into the store piece by piece', async () => {
  class Log {}
  const MB = 1024 * 1024;
  let given = 0;
  const codec = {
    id: 'log',
    version: 1,
    match: (value: unknown) => value instanceof Log,
    async *encode() {
      const piece = new Uint8Array(MB);
      for (given = 0; given < 12; ) yield piece.fill(++given);
    },
    decode: (bytes: Uint8Array) => [...bytes.filter((_, i) => i % MB === 0)],
  };
  const folder = mkdtempSync(join(tmpdir(), 'nx-flow-later-'));
  try {
    const cas = new FileCas(folder);
    const ahead: number[] = [];
    const { writeStream } = cas;
    cas.writeStream = (pieces) => {
      let written = 0;
      return writeStream.call(cas, pieces, ({ length }) => {
        written += length;
        ahead.push(given * MB - written);
      });
    };
    const artifacts = new Artifacts(cas, [codec]);
    const taken = await artifacts.take('log', new Log());
    expect(given).toBe(5);
    const record = await taken.keep();
    expect(Math.max(...ahead)).toBeLessThanOrEqual(MB);
    expect(record).toMatchObject({ size: 12 * MB, type: 'Log', codec: 'log' });
    expect(artifacts.decode(record)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect((await artifacts.encode('log', new Log())).digest).toBe(record.digest);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

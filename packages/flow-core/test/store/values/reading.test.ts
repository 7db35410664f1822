/** Whatever a value does when it is read, its digest is that of the bytes that are stored. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { previewOf } from '../../../src/engine/task/preview';
import { FileCas } from '../../../src/store/cas/cas';
import { MemoryCas } from '../../../src/store/cas/memory-cas';
import { Artifacts, type Taken } from '../../../src/store/values/artifacts';
import { walk } from '../../../src/store/values/digest';

const hidden = (value: object, key: string, descriptor: PropertyDescriptor) =>
  Object.defineProperty(value, key, { configurable: true, ...descriptor });

/** Values that are another one each time they are read. Each call makes a new one. */
const RESTLESS: Record<string, () => unknown> = {
  'a getter': () => {
    let n = 0;
    return {
      get id() {
        return ++n;
      },
    };
  },
  'a getter of an object inside': () => {
    let n = 0;
    const inner = { get: {}, list: [] as unknown[] };
    hidden(inner, 'at', { enumerable: true, get: () => [++n, { n }] });
    return { one: inner, same: inner, map: new Map([['key', inner]]), set: new Set([inner]) };
  },
  'an item of a list': () => {
    let n = 0;
    return hidden([1, 2, 3], '1', { enumerable: true, get: () => ++n });
  },
  'an item of a long list of numbers': () => {
    let n = 0;
    return hidden(Array(5000).fill(0.5), '4999', { enumerable: true, get: () => ++n });
  },
  'an error that words itself anew': () => {
    let n = 0;
    class Moody extends Error {
      override get name() {
        return `Moody${++n}`;
      }
    }
    return hidden(new Moody('x'), 'message', { get: () => `message ${++n}` });
  },
  'a toJSON that does not show': () => hidden({ id: 1 }, 'toJSON', { value: () => ({ id: 2 }) }),
  'a toJSON of a list': () => ({ list: hidden([1], 'toJSON', { value: () => [2] }) }),
  'a date that says another time': () => ({ at: hidden(new Date(0), 'getTime', { value: () => 1 }) }),
  'a Map that says another size': () => [
    hidden(new Map([[1, 2]]), 'size', { value: 7 }),
    hidden(new Set(), 'size', { value: 7 }),
  ],
  'a pattern that says another source': () => [
    hidden(hidden(/a/g, 'source', { value: 'b' }), 'flags', { value: '' }),
    hidden(new Date(5), 'constructor', { value: class Never {} }),
  ],
  'getters inside of another realm': () => ({
    realm: runInNewContext(
      'let n = 0; const by = () => ({ get id() { return ++n; } }); [new Map([[by(), by()]]), new Set([by()]), [by()], by()]',
    ),
  }),
  'boxed values': () => [
    hidden(Object(1), 'valueOf', { value: () => 2 }),
    hidden(Object('a'), 'valueOf', { value: () => 'b' }),
  ],
  'a getter that changes its own object': () => ({
    get first(): number {
      (this as unknown as { last: number }).last++;
      return 1;
    },
    last: 1,
  }),
  'a getter in an object without prototype': () => {
    let n = 0;
    return hidden(Object.create(null), 'id', { enumerable: true, get: () => ++n });
  },
};

/** None of these has a codec that makes somebody wait. */
const take = (artifacts: Artifacts, name: string, value: unknown) => artifacts.take(name, value) as Taken;

test.each(Object.keys(RESTLESS))('%s: digest, bytes and what is shown are one reading', async (name) => {
  const artifacts = new Artifacts(new MemoryCas());
  const taken = take(artifacts, 'it', RESTLESS[name]?.());
  const record = await taken.keep();
  const read = artifacts.decode(record);
  expect(record.digest).toBe(walk(read).digest);
  expect(walk(taken.value).digest).toBe(record.digest);
  expect(previewOf(taken.value, 200)).toBe(previewOf(read, 200));
  if (Array.isArray(read)) expect(record.type).toBe(`Array(${read.length})`);
});

test('each getter is called once, and a value without getters is not copied', () => {
  const artifacts = new Artifacts(new MemoryCas());
  let calls = 0;
  const inner = {
    get id() {
      return ++calls;
    },
  };
  expect(take(artifacts, 'it', { a: inner, b: [inner] }).value).toEqual({ a: { id: 1 }, b: [{ id: 1 }] });
  expect(calls).toBe(1);
  const plain = { a: [1, { b: new Map() }] };
  expect(take(artifacts, 'it', plain).value).toBe(plain);
});

test('what a getter gives is refused by its path, and bytes that hide themselves are', () => {
  const artifacts = new Artifacts(new MemoryCas());
  const refusal = (value: unknown) => {
    try {
      take(artifacts, 'it', value);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  };
  const endless = (): object => ({
    get next() {
      return endless();
    },
  });
  expect([
    refusal({
      a: {
        get f() {
          return () => 1;
        },
      },
    }),
    refusal({
      get a() {
        return new Proxy({}, {});
      },
    }),
    refusal(endless()),
    refusal([hidden(new Uint8Array(8), 'byteLength', { value: 2 })]),
    refusal(hidden(new Float64Array(8), 'byteOffset', { get: () => 3 })),
    refusal({
      get a() {
        return new (class List extends Array {})();
      },
    }),
  ]).toMatchInlineSnapshot(`
[
  "The artifact it cannot be stored: it.a.f is a function; store what it computes instead.",
  "The artifact it cannot be stored: it.a is a Proxy; copy it into a plain object first.",
  "The artifact it cannot be stored: it is nested too deeply to be stored.",
  "The artifact it cannot be stored: it[0] is a Uint8Array that hides its own bytes; copy it.",
  "The artifact it cannot be stored: it is a Float64Array that hides its own bytes; copy it.",
  "The artifact it cannot be stored: it.a is a List, a subclass of Array; use Array.from() on it.",
]
`);
});

/** A value that its owner goes on changing once it was taken. */
const changing: Record<string, [() => unknown, (value: never) => void]> = {
  'small bytes': [() => Buffer.alloc(10, 1), (value: Buffer) => void value.fill(2)],
  'bytes for a file of their own': [() => Buffer.alloc(100_000, 1), (value: Buffer) => void value.fill(2)],
  'a list': [() => [1, 2], (value: number[]) => void value.push(3)],
  'bytes that are given away': [
    () => new Uint8Array(50_000),
    (value: Uint8Array) => void structuredClone(value, { transfer: [value.buffer as ArrayBuffer] }),
  ],
};

test.each(Object.keys(changing))('%s: what changes after it was read is not stored', async (name) => {
  const folder = mkdtempSync(join(tmpdir(), 'nx-flow-test-'));
  try {
    const [make, change] = changing[name] as [() => unknown, (value: unknown) => void];
    const before = await take(new Artifacts(new MemoryCas()), 'it', make()).keep();
    const artifacts = new Artifacts(new FileCas(join(folder, 'cas')));
    const value = make();
    const taken = take(artifacts, 'it', value);
    change(value);
    const record = await taken.keep();
    expect(record.digest).toBe(before.digest);
    expect((await take(artifacts, 'it', artifacts.decode(record)).keep()).digest).toBe(before.digest);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('bytes that change while they are written are stored under the digest of what was written', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'nx-flow-test-'));
  try {
    const cas = new FileCas(join(folder, 'cas'));
    const bytes = Buffer.alloc(9 * 1024 * 1024, 1);
    const written = cas.write(bytes);
    let more = true;
    const change = (n: number) => {
      bytes.fill(n % 250);
      if (more) setImmediate(change, n + 1);
    };
    change(2);
    const hash = await written;
    more = false;
    expect(cas.read(hash)).toHaveLength(bytes.length);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a codec whose encode gives other bytes each time is asked once', async () => {
  let n = 0;
  const scratch = Buffer.alloc(8);
  const codec = {
    id: 'mood',
    version: 1,
    match: (value: unknown) => value instanceof URL,
    encode: () => scratch.fill(++n),
    decode: (bytes: Uint8Array) => bytes[0],
  };
  const artifacts = new Artifacts(new MemoryCas(), [codec]);
  const taken = [1, 2].map(() => take(artifacts, 'it', new URL('http://localhost')));
  const [one, two] = await Promise.all(taken.map(({ keep }) => keep()));
  expect([n, artifacts.decode(one as never), artifacts.decode(two as never)]).toEqual([2, 1, 2]);
  expect(one?.digest).not.toBe(two?.digest);
});

/** Secrets in values and in bytes: found wherever they are, with the place. */
import fc from 'fast-check';
import type { Codec } from '../../../src/definition/codec';
import { formsOf } from '../../../src/engine/secrets/forms';
import { ByteScanner } from '../../../src/engine/secrets/scan-bytes';
import { Secrets } from '../../../src/engine/secrets/secrets';
import { takeWithout } from '../../../src/engine/secrets/take';
import { MemoryCas } from '../../../src/store/cas/memory-cas';
import { Artifacts } from '../../../src/store/values/artifacts';

const KEY = 'sk-1234567890';
const secrets = new Secrets(
  new Map([
    ['API_KEY', new Set([KEY])],
    ['PIN', new Set(['987654321'])],
  ]),
);

function refusal(value: unknown): string {
  try {
    secrets.refuse('The artifact a', value);
    return 'kept';
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return message
      .replace('The artifact a cannot be stored: it holds the secret', code)
      .replace(/ Leave it out: .*/, '');
  }
}

const cyclic: Record<string, unknown> = { list: [] };
cyclic.self = cyclic;
(cyclic.list as unknown[]).push(cyclic, { last: KEY });

test.each<[string, unknown, string]>([
  ['a text', KEY, 'API_KEY at $.'],
  ['a text in it', { headers: { authorization: `Bearer ${KEY}` } }, 'API_KEY at $.headers.authorization.'],
  ['a list', { tries: [1, ['a', KEY]] }, 'API_KEY at $.tries[1][1].'],
  ['an odd name', { 'x-api key': KEY }, 'API_KEY at $["x-api key"].'],
  ['a name, which is not shown', { of: { [KEY]: 1 } }, 'API_KEY at $.of["***"].'],
  ['a number', { code: [987654321] }, 'PIN at $.code[0].'],
  ['a bigint', 1987654321n, 'PIN at $.'],
  ['a Map', new Map<unknown, unknown>([['k', new Map([[KEY, 1]])]]), 'API_KEY at $.get("k").key("***").'],
  ['a Set', { of: new Set(['a', KEY]) }, 'API_KEY at $.of.item.'],
  ['a boxed text', [new String(`x${KEY}`)], 'API_KEY at $[0].'],
  ['a boxed number', { pin: new Number(987654321) }, 'PIN at $.pin.'],
  ['a boxed text as a key', new Map([[new String(KEY), 1]]), 'API_KEY at $.key(…).'],
  ['an error', { error: new Error(`no ${KEY}`) }, 'API_KEY at $.error.stack.'],
  ['the cause of an error', new Error('no', { cause: { by: KEY } }), 'API_KEY at $.cause.by.'],
  ['an expression', new RegExp(KEY), 'API_KEY at $.'],
  ['bytes', { raw: Buffer.from(`x${KEY}`) }, 'API_KEY at $.raw.'],
  ['an ArrayBuffer', new Uint8Array(Buffer.from(KEY)).buffer, 'API_KEY at $.'],
  ['numbers that are its bytes', new Uint16Array(Buffer.from(`${KEY}.`)), 'API_KEY at $.'],
  ['a cycle', cyclic, 'API_KEY at $.list[1].last.'],
  ['base64', Buffer.from(`user:${KEY}`).toString('base64'), 'API_KEY at $.'],
  ['a list with a property of its own', Object.assign([1], { key: KEY }), 'API_KEY at $.key.'],
  ['the name of a property of a list', Object.assign([1], { [KEY]: 2 }), 'API_KEY at $["***"].'],
  [
    'the name of a property of a list in a list',
    [Object.assign([1], { [KEY]: 2 })],
    'API_KEY at $[0]["***"].',
  ],
  [
    'the name of a property of an error',
    Object.assign(new Error('no'), { [KEY]: 2 }),
    'API_KEY at $["***"].',
  ],
  ['a list as a key', new Map([[Object.assign([1], { [KEY]: 2 }), 1]]), 'API_KEY at $.key(…)["***"].'],
  ['a value without', { a: [1, 'sk-123', null, undefined, true, new Date(0)] }, 'kept'],
])('%s', (_, value, said) => {
  expect(refusal(value)).toBe(said === 'kept' ? said : `FLOW_SECRET_ARTIFACT ${said}`);
});

const wrapped = (text: string) => Buffer.from(text).toString('base64').replace(/.{76}/g, '$&\n');

test('base64 that is broken into lines, wherever the secret lies in it', () => {
  for (let before = 0; before < 120; before++) {
    const text = `a\n${wrapped(`${'.'.repeat(before)}${KEY}${'.'.repeat(200)}`)}`;
    expect(refusal(text)).toBe('FLOW_SECRET_ARTIFACT API_KEY at $.');
    expect(refusal(Buffer.from(text.replaceAll('\n', '\r\n')))).toBe('FLOW_SECRET_ARTIFACT API_KEY at $.');
  }
  expect(refusal(wrapped('.'.repeat(300)))).toBe('kept');
});

test('whatever is stored of a value is looked at', async () => {
  class Point {
    constructor(readonly x: number) {}
  }
  const named = { [KEY]: class extends Point {} }[KEY] as typeof Point;
  const codec: Codec<Point> = {
    ...{ id: 'point', version: 1, match: (value): value is Point => value instanceof Point },
    ...{ encode: () => new Uint8Array(3), decode: () => new Point(1) },
  };
  const values: unknown[] = [
    ...[new Point(1), new named(2), [new named(2)], { [Symbol.toStringTag]: KEY }],
    ...[new Headers({ [KEY]: '1' }), new Headers({ a: KEY }), new URL(`https://${KEY}:p@host/`)],
    ...[new URL(`https://host/#${KEY}`), new URLSearchParams({ [KEY]: '1' }), new URL(`https://${KEY}/`)],
    ...[new Blob(['a'], { type: KEY }), new Blob([KEY]), new File(['a'], KEY), [new File(['a'], KEY)]],
    ...[Object.assign(new Map(), { [KEY]: 1 }), Object.assign(new Date(0), { [KEY]: 1 })],
    ...[Object.assign(/a/, { [KEY]: 1 }), Object.assign(new Uint8Array(2), { [KEY]: 1 })],
    ...[Object.defineProperty(new Error('a'), 'name', { value: KEY }), new AggregateError([KEY])],
    ...[new Map([[{ [KEY]: 1 }, 1]]), new Set([[{ [KEY]: 1 }]]), new (class extends Error {})(KEY)],
    ...[Buffer.from(`..${KEY}..`).subarray(0, 3), new DataView(new Uint8Array(Buffer.from(KEY)).buffer)],
    ...[Object.assign([], { [KEY]: undefined }), Object.assign(Object.create(null), { [KEY]: 1 })],
    ...[
      {
        get [KEY]() {
          return 1;
        },
      },
      new (class {
        [KEY] = 1;
      })(),
      [Symbol.for(KEY)],
      { [Symbol.for(KEY)]: 1 },
    ],
  ];
  const artifacts = new Artifacts(new MemoryCas(), [codec]);
  const take = takeWithout(secrets, artifacts.take);
  for (const value of values) {
    const record = await attempt(async () => (await artifacts.take('a', value)).keep());
    if (!record) continue;
    const bytes = Buffer.concat([
      Buffer.from(JSON.stringify({ ...record, bytes: 0 })),
      record.bytes as Uint8Array,
    ]);
    const kept = await attempt(async () => (await take('a', value)).keep());
    expect([value, kept !== undefined]).toEqual([value, !bytes.includes(KEY)]);
  }
});

const attempt = <T>(work: () => Promise<T>) => work().catch(() => undefined);

test('a value may be nested as deeply as it can be stored', () => {
  let value: unknown = KEY;
  for (let i = 0; i < 50_000; i++) value = [value];
  expect(refusal(value)).toMatch(/API_KEY at \$(\[0\])+…(\[0\])+\.$/);
});

test('bytes are searched across pieces, as UTF-8 and as UTF-16, and the place is told', () => {
  const texts = new Map([['KEY', formsOf('schlüssel-ß-9')]]);
  fc.assert(
    fc.property(
      fc.nat({ max: 300 }),
      fc.constantFrom<BufferEncoding>('utf8', 'utf16le'),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 9 }),
      fc.boolean(),
      (before, encoding, sizes, there) => {
        const text = there ? 'schlüssel-ß-9' : 'schlüssel-ß-8';
        const bytes = Buffer.concat([
          Buffer.alloc(before, '.'),
          Buffer.from(text, encoding),
          Buffer.from('..'),
        ]);
        const scanner = new ByteScanner(texts);
        let found: ReturnType<ByteScanner['next']>;
        for (let at = 0, i = 0; at < bytes.length && !found; i++) {
          const size = sizes[i % sizes.length] as number;
          found = scanner.next(bytes.subarray(at, at + size));
          at += size;
        }
        expect(found).toEqual(there ? { secret: 'KEY', at: before } : undefined);
      },
    ),
    { numRuns: 200 },
  );
});

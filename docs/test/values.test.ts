// The table of what an artifact can be is so, row for row: what is stored comes back the same, what is refused says what helps.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInThisContext } from 'node:vm';
import { Decimal } from 'decimal.js';
import { decimal } from '../../packages/flow-codecs/src/decimal';
import { instance } from '../../packages/flow-core/src';
import type { AnyCodec } from '../../packages/flow-core/src/definition/codec';
import { MemoryCas } from '../../packages/flow-core/src/store/cas/memory-cas';
import { Artifacts } from '../../packages/flow-core/src/store/values/artifacts';
import { ROOT } from './lib/workspace';

class Point {
  constructor(
    readonly x: number,
    readonly y: number,
  ) {}
}

class Account {
  readonly #euros: number;
  constructor(euros: number) {
    this.#euros = euros;
  }
  get balance() {
    return this.#euros;
  }
}

const text = readFileSync(join(ROOT, 'docs', 'values.md'), 'utf8');
const table = text.slice(
  text.indexOf('| value | what happens | what helps |'),
  text.indexOf('If an artifact holds'),
);
const rows = [
  ...table.matchAll(/^\| `(.+?)`[^|]*\| (stored|refused)(?: with `(.+?)`)? \| (?:`(.+?)`)? ?\|$/gm),
].map(([, code = '', happens, codec, helps]) => ({ code, happens, codec, helps }));

/** The value of a piece of the table. */
const evaluated = (code: string): unknown => {
  const names = {
    Point,
    Account,
    Decimal,
    decimal,
    instance,
    Buffer,
    URL,
    URLSearchParams,
    Headers,
    Blob,
    File,
    Response,
    FormData,
    AbortController,
  };
  return runInThisContext(`(({ ${Object.keys(names)} }) => (${code}))`)(names);
};

test('every row of the table is read', () => {
  expect(rows).toHaveLength(table.split('\n').filter((line) => line.startsWith('| `')).length);
});

test.each(rows)('$code is $happens', async ({ code, happens, codec, helps }) => {
  const codecs = codec === undefined ? [] : [evaluated(codec) as AnyCodec];
  const artifacts = new Artifacts(new MemoryCas(), codecs);
  for (const value of [evaluated(code), { rows: [new Map([['it', evaluated(code)]])] }]) {
    const encoded = (async () => artifacts.encode('value', value))();
    if (happens === 'refused') await expect(encoded).rejects.toThrow(helps as string);
    else {
      const record = await encoded;
      const back = artifacts.decode(record);
      expect(back).toEqual(value);
      expect((await artifacts.encode('value', back)).digest).toBe(record.digest);
    }
  }
});

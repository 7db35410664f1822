/**
 * The contract of every {@link Kv}, as tests. An implementation must pass them. Long, because the tests are independent.
 *
 * @example
 * import { describe, test } from 'node:test';
 * import { kvContract, MemoryKv } from '@nx-flow/core/store';
 *
 * kvContract(
 *   'memory',
 *   async () => {
 *     const kv = new MemoryKv();
 *     return { kv, another: async () => kv, dispose: () => kv.close() };
 *   },
 *   { describe, test },
 * );
 */
import assert from 'node:assert/strict';
import { type Entry, type Kv, type Op, pages, scan, valuesOf } from './kv';

/** A new empty store for each test. */
export interface OpenedKv {
  kv: Kv;
  /** Another client of the same store, which the test closes, or `kv` itself when there can be only one. */
  another(): Promise<Kv>;
  dispose(): Promise<void>;
}

/** The part of a test runner that is used. jest, vitest and node:test have it. */
export interface ContractRunner {
  describe(name: string, body: () => void): void;
  test(name: string, body: () => Promise<void>): void;
}

export function kvContract(name: string, open: () => Promise<OpenedKv>, runner: ContractRunner): void {
  const specify = (sentence: string, body: (kv: Kv, opened: OpenedKv) => Promise<void>) =>
    runner.test(sentence, async () => {
      const opened = await open();
      try {
        await body(opened.kv, opened);
      } finally {
        await opened.dispose();
      }
    });
  runner.describe(`${name} keeps the contract of Kv`, () => {
    values(specify);
    batches(specify);
    ranges(specify);
    scans(specify);
    order(specify);
    claims(specify);
    generations(specify);
  });
}

type Specify = (sentence: string, body: (kv: Kv, opened: OpenedKv) => Promise<void>) => void;

const text = (value: Uint8Array | undefined) => value && new TextDecoder().decode(value);
const puts = (...keys: string[]): Op[] => keys.map((key) => ({ key, value: `value of ${key}` }));
const numbered = (count: number) =>
  Array.from({ length: count }, (_, i) => `n/${String(i).padStart(6, '0')}`);
const keysOf = (entries: readonly Entry[]) => entries.map(([key]) => key);
const ALL = { gte: '', lt: '\x7f' };

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

function same(actual: Uint8Array | undefined, expected: Uint8Array): void {
  assert.ok(actual instanceof Uint8Array, 'a value is a Uint8Array');
  assert.equal(Buffer.compare(actual, expected), 0, 'the bytes are those that were written');
}

/** Compares lists of strings and numbers as text: a test runner's arrays and node:v8's differ in prototype. */
function lists(actual: readonly unknown[], expected: readonly unknown[]): void {
  assert.equal(JSON.stringify(actual), JSON.stringify(expected));
}

function values(specify: Specify): void {
  specify('get of an absent key gives undefined', async (kv) => {
    assert.equal(await kv.get('absent'), undefined);
  });

  specify('getMany gives values in the order of the keys, undefined for absent ones', async (kv) => {
    await kv.batch(puts('a', 'b'));
    const found = await kv.getMany(['b', 'absent', 'a', 'b']);
    lists(found.map(text), ['value of b', undefined, 'value of a', 'value of b']);
    lists(await kv.getMany([]), []);
  });

  specify('values are kept to the byte: every byte, none, a megabyte', async (kv) => {
    const every = Uint8Array.from({ length: 256 }, (_, i) => i);
    const none = new Uint8Array(0);
    const large = Uint8Array.from({ length: 1024 * 1024 }, (_, i) => (i * 31) >> 3);
    await kv.batch([
      { key: 'every', value: every },
      { key: 'none', value: none },
      { key: 'large', value: large },
    ]);
    same(await kv.get('every'), every);
    same(await kv.get('none'), none);
    same(await kv.get('large'), large);
    const [inRange] = await kv.range({ gte: 'large', lt: 'large~', limit: 1 });
    same(inRange?.[1], large);
  });

  specify('a string is kept as its UTF-8', async (kv) => {
    await kv.batch([{ key: 'k', value: 'Zürich — 東京 🎬' }]);
    same(await kv.get('k'), new TextEncoder().encode('Zürich — 東京 🎬'));
  });

  specify('a view is kept without the memory around it', async (kv) => {
    const memory = Uint8Array.from({ length: 100 }, (_, i) => i);
    await kv.batch([{ key: 'k', value: memory.subarray(40, 43) }]);
    same(await kv.get('k'), Uint8Array.of(40, 41, 42));
  });

  specify('once a batch has resolved its buffers are the caller’s again', async (kv) => {
    const value = Uint8Array.of(1, 2, 3);
    await kv.batch([{ key: 'k', value }]);
    value.fill(0);
    same(await kv.get('k'), Uint8Array.of(1, 2, 3));
  });

  specify('a value that was read is the caller’s: changing it changes nothing', async (kv) => {
    await kv.batch([{ key: 'k', value: Uint8Array.of(1, 2, 3) }]);
    const [many] = await kv.getMany(['k']);
    const [entry] = await kv.range({ ...ALL, limit: 1 });
    for (const value of [await kv.get('k'), many, entry?.[1]]) value?.fill(0);
    same(await kv.get('k'), Uint8Array.of(1, 2, 3));
  });
}

function batches(specify: Specify): void {
  specify('a batch writes and deletes', async (kv) => {
    await kv.batch(puts('a', 'b'));
    await kv.batch([{ key: 'a', value: undefined }, ...puts('c'), { key: 'absent', value: undefined }]);
    lists(keysOf(await kv.range({ ...ALL, limit: 10 })), ['b', 'c']);
    assert.equal(await kv.get('a'), undefined);
  });

  specify('a batch overwrites, and of one key the last operation counts', async (kv) => {
    await kv.batch(puts('k', 'gone'));
    await kv.batch([
      { key: 'k', value: 'first' },
      { key: 'k', value: 'second' },
      { key: 'gone', value: 'x' },
      { key: 'gone', value: undefined },
    ]);
    assert.equal(text(await kv.get('k')), 'second');
    assert.equal(await kv.get('gone'), undefined);
  });

  specify('compacting changes nothing that is read', async (kv) => {
    const many = numbered(300);
    await kv.batch(puts(...many));
    await kv.batch(many.slice(0, 200).map((key) => ({ key, value: undefined })));
    await kv.compact({ gte: 'n/', lt: 'n/\x7f' });
    await kv.compact({ gte: 'absent', lt: 'before' });
    lists(keysOf(await kv.range({ ...ALL, limit: 1000 })), many.slice(200));
    assert.equal(text(await kv.get(many[299] as string)), `value of ${many[299]}`);
  });

  specify('an empty batch does nothing', async (kv) => {
    await kv.batch([]);
    await kv.batch([], { sync: true });
    lists(await kv.range({ ...ALL, limit: 1 }), []);
  });

  specify('a batch whose mark is not there is refused, and writes nothing', async (kv) => {
    const batch = () => kv.batch([{ key: 'k', value: '1' }], { mark: 'importing/films/0000000001' });
    await assert.rejects(batch, { code: 'FLOW_RUN_TAKEN' });
    assert.equal(await kv.get('k'), undefined);
    await kv.batch([{ key: 'importing/films/0000000001', value: '' }]);
    await batch();
    assert.equal(text(await kv.get('k')), '1');
  });

  specify('a batch is seen whole or not at all', async (kv) => {
    const keys = numbered(50);
    const rounds = 40;
    let done = false;
    const writer = (async () => {
      for (let round = 1; round <= rounds; round++) {
        await kv.batch(
          keys.map((key) => ({ key, value: String(round) })),
          { sync: round % 10 === 0 },
        );
      }
      done = true;
    })();
    while (!done) {
      const seen = new Set((await kv.range({ ...ALL, limit: 100 })).map(([, value]) => text(value)));
      assert.ok(seen.size <= 1, `one batch's values at a time, not ${[...seen].join(' and ')}`);
    }
    await writer;
  });
}

function ranges(specify: Specify): void {
  specify('a range is in the order of the keys’ bytes', async (kv) => {
    const sorted = ['', '!', '-', '.', '/', '0', '10', '9', 'A', 'Z', '_', 'a', 'a-b', 'a/b', 'aa', 'b', '~'];
    await kv.batch(puts(...sorted.slice(1).reverse()));
    lists(keysOf(await kv.range({ ...ALL, limit: 100 })), sorted.slice(1));
  });

  specify('a range begins with gte and ends before lt', async (kv) => {
    await kv.batch(puts('a', 'b', 'c', 'd'));
    lists(keysOf(await kv.range({ gte: 'b', lt: 'd', limit: 9 })), ['b', 'c']);
    lists(
      (await kv.inspect({ gte: 'b', lt: 'd', limit: 9 })).map(([key, value]) => [key, text(value)]),
      [
        ['b', 'value of b'],
        ['c', 'value of c'],
      ],
    );
    lists(keysOf(await kv.range({ gte: 'aa', lt: 'cc', limit: 9 })), ['b', 'c']);
  });

  specify('limit counts from the end that the range begins at', async (kv) => {
    await kv.batch(puts('a', 'b', 'c', 'd'));
    lists(keysOf(await kv.range({ ...ALL, limit: 2 })), ['a', 'b']);
    lists(keysOf(await kv.range({ ...ALL, reverse: true, limit: 2 })), ['d', 'c']);
    lists(keysOf(await kv.range({ gte: 'b', lt: 'd', reverse: true, limit: 9 })), ['c', 'b']);
    lists(await kv.range({ ...ALL, limit: 0 }), []);
  });

  specify('a range without keys is empty, and so is one whose ends meet or cross', async (kv) => {
    await kv.batch(puts('a', 'd'));
    for (const reverse of [false, true]) {
      for (const [gte, lt] of [
        ['b', 'c'],
        ['a', 'a'],
        ['d', 'a'],
        ['e', 'z'],
      ] as const) {
        lists(await kv.range({ gte, lt, reverse, limit: 9 }), []);
      }
    }
  });

  specify(
    'of values that are to have some texts, those that have come whole, and the keys of all',
    async (kv) => {
      await kv.batch(puts('a1', 'a2', 'b1'));
      const entries = await kv.range({ ...ALL, limit: 9, having: ['value of', 'a2'] });
      lists(keysOf(entries), ['a1', 'a2', 'b1']);
      lists(
        entries.filter(([, value]) => value.length > 0).map(([key, value]) => [key, text(value)]),
        [['a2', 'value of a2']],
      );
    },
  );

  specify('or those alone that have them, and the last that was looked at', async (kv) => {
    await kv.batch(puts('a1', 'a2', 'b1', 'b2', 'c1'));
    const query = { ...ALL, having: ['1'], only: true };
    lists(keysOf(await kv.range({ ...query, limit: 9 })), ['a1', 'b1', 'c1']);
    lists(keysOf(await kv.range({ ...query, limit: 4 })), ['a1', 'b1', 'b2']);
    lists(keysOf(await kv.range({ ...query, limit: 9, reverse: true, having: ['2'] })), ['b2', 'a2', 'a1']);
    lists(await kv.range({ gte: 'x', lt: 'y', limit: 9, having: ['1'], only: true }), []);
  });

  specify('twins come behind whose records are not there, with or without the others', async (kv) => {
    await kv.batch(puts('run/a', 'twin/run/a', 'twin/run/b', 'run/c', 'run/d', 'twin/run/d'));
    const query = { gte: 'run/', lt: 'run0', limit: 9, twins: true };
    lists(keysOf(await kv.range(query)), ['run/a', 'run/c', 'run/d', 'twin/run/b']);
    lists(keysOf(await kv.range({ ...query, reverse: true })), ['run/d', 'run/c', 'run/a', 'twin/run/b']);
    lists(keysOf(await kv.range({ ...query, having: ['run/c'], only: true })), [
      ...['run/c', 'run/d'],
      'twin/run/b',
    ]);
    lists(keysOf(await kv.range({ ...query, twins: false })), ['run/a', 'run/c', 'run/d']);
  });

  specify('entries come with their values', async (kv) => {
    await kv.batch(puts('a', 'b'));
    const entries = await kv.range({ ...ALL, limit: 9 });
    lists(
      entries.map(([key, value]) => [key, text(value)]),
      [
        ['a', 'value of a'],
        ['b', 'value of b'],
      ],
    );
  });
}

function scans(specify: Specify): void {
  specify('a scan gives all entries, however many pages they are, both ways', async (kv) => {
    // Pages have 512 entries: one less than two pages, two pages, and one more.
    for (const count of [1023, 1024, 1025]) {
      const keys = numbered(count);
      await kv.batch(puts(...keys));
      lists(keysOf(await collect(scan(kv, ALL))), keys);
      lists(keysOf(await collect(scan(kv, { ...ALL, reverse: true }))), keys.toReversed());
    }
  });

  specify('any number of values is read in pages, in the order of the keys', async (kv) => {
    const keys = numbered(1100);
    await kv.batch(puts(...keys));
    for (const count of [0, 1, 512, 513, 1024, 1100]) {
      const wanted = ['none', ...keys.slice(0, count).reverse()];
      const values = await valuesOf(kv, wanted);
      lists(
        values.map((value) => value && text(value)),
        wanted.map((key) => (key === 'none' ? undefined : `value of ${key}`)),
      );
    }
  });

  specify('pages double from a small first one', async (kv) => {
    const keys = numbered(700);
    await kv.batch(puts(...keys));
    const found: string[][] = [];
    for await (const page of pages(kv, ALL, 512, 32)) found.push(keysOf(page));
    lists(
      found.map((page) => page.length),
      [32, 64, 128, 256, 220],
    );
    lists(found.flat(), keys);
  });

  specify('a scan stops at its limit, within a page and beyond', async (kv) => {
    const keys = numbered(1200);
    await kv.batch(puts(...keys));
    for (const limit of [0, 1, 512, 513, 1100, 5000]) {
      lists(keysOf(await collect(scan(kv, { ...ALL, limit }))), keys.slice(0, limit));
      const last = keys.toReversed().slice(0, limit);
      lists(keysOf(await collect(scan(kv, { ...ALL, reverse: true, limit }))), last);
    }
  });

  specify('a scan gives every key that stays exactly once, whatever is written meanwhile', async (kv) => {
    const stay = numbered(1500);
    for (const reverse of [false, true]) {
      await kv.batch(puts(...stay));
      const seen: string[] = [];
      let written = 0;
      for await (const [key] of scan(kv, { ...ALL, reverse })) {
        seen.push(key);
        // Keys before and after the scan's position are written and deleted again.
        if (seen.length % 100 !== 0) continue;
        const around = [`m/${++written}`, `${key}-new`, `o/${written}`];
        await kv.batch(puts(...around));
        await kv.batch([...around.slice(0, 2), 'm/1'].map((k) => ({ key: k, value: undefined })));
      }
      const ordered = seen.toSorted();
      lists(seen, reverse ? ordered.reverse() : ordered);
      const kept = seen.filter((key) => stay.includes(key));
      lists(kept, reverse ? stay.toReversed() : stay);
      await kv.batch((await collect(scan(kv, ALL))).map(([key]) => ({ key, value: undefined })));
    }
  });
}

function order(specify: Specify): void {
  specify('a read sees the writes that were begun before it, awaited or not', async (kv) => {
    const pending: Promise<void>[] = [];
    for (let i = 0; i < 100; i++) {
      pending.push(kv.batch([{ key: 'k', value: String(i) }]));
      if (i % 10 !== 0) continue;
      const reads = [kv.get('k'), kv.getMany(['k']).then(([v]) => v)];
      reads.push(kv.range({ ...ALL, limit: 1 }).then(([entry]) => entry?.[1]));
      for (const value of await Promise.all(reads)) assert.equal(text(value), String(i));
    }
    await Promise.all(pending);
  });

  specify('a read at once sees the writes that have resolved', async (kv) => {
    await kv.batch([{ key: 'k', value: 'first' }]);
    const pending = kv.batch([{ key: 'k', value: 'second' }], { sync: true });
    const [value] = await kv.getMany(['k'], { atOnce: true });
    const [entry] = await kv.range({ ...ALL, limit: 1, atOnce: true });
    for (const found of [value, entry?.[1]]) assert.ok(['first', 'second'].includes(text(found) as string));
    await pending;
    const [last] = await kv.getMany(['k'], { atOnce: true });
    assert.equal(text(last), 'second');
  });

  specify('writes that are begun together are done in their order', async (kv) => {
    const writes = Array.from({ length: 200 }, (_, i) =>
      kv.batch([{ key: 'k', value: String(i) }], { sync: i % 50 === 0 }),
    );
    await Promise.all(writes);
    assert.equal(text(await kv.get('k')), '199');
  });

  specify('what one client wrote every other client sees', async (kv, { another }) => {
    const other = await another();
    await kv.batch(puts('a'));
    assert.equal(text(await other.get('a')), 'value of a');
    await other.batch([{ key: 'a', value: undefined }, ...puts('b')]);
    lists(keysOf(await kv.range({ ...ALL, limit: 9 })), ['b']);
    await other.close();
  });

  specify(
    'close waits for what was asked before it, and what was written is there afterwards',
    async (kv, { another }) => {
      const other = await another();
      const writes = numbered(50).map((key) => other.batch(puts(key)));
      await other.close();
      await Promise.all(writes);
      await other.close();
      assert.equal((await kv.range({ ...ALL, limit: 100 })).length, 50);
    },
  );
}

function generations(specify: Specify): void {
  specify(
    'the generation is the same while nothing is written, and another after any write',
    async (kv, { another }) => {
      await kv.batch(puts('a'));
      const first = await kv.generation();
      await kv.get('a');
      assert.equal(await kv.generation(), first);
      const other = await another();
      assert.equal(await other.generation(), first);
      const seen = [first];
      for (const write of [
        () => kv.batch(puts('a')),
        () => other.batch([{ key: 'a', value: undefined }]),
        () => kv.claim('counter', 'nonce'),
      ]) {
        await write();
        const next = await other.generation();
        assert.ok(!seen.includes(next));
        assert.equal(await kv.generation(), next);
        seen.push(next);
      }
      await other.close();
    },
  );

  specify('a generation asked for amid writes is not that of the state after them', async (kv) => {
    const writes = numbered(200).map((key) => kv.batch(puts(key)));
    const amid = await kv.generation();
    const then = (await kv.range({ ...ALL, limit: 1000 })).length;
    await Promise.all(writes);
    if ((await kv.generation()) === amid) assert.equal(then, 200);
    await kv.batch(puts('one more'));
    assert.notEqual(await kv.generation(), amid);
  });
}

function claims(specify: Specify): void {
  specify('claims count from 1, each counter for itself', async (kv) => {
    for (const expected of [1, 2, 3]) {
      assert.equal(await kv.claim('counter/a', `nonce/a/${expected}`), expected);
      assert.equal(await kv.claim('counter/b', `nonce/b/${expected}`), expected);
    }
  });

  specify('the same nonce gets the same number, and uses none up', async (kv) => {
    assert.equal(await kv.claim('counter', 'nonce/x'), 1);
    const again = await Promise.all(Array.from({ length: 10 }, () => kv.claim('counter', 'nonce/x')));
    lists(again, Array(10).fill(1));
    assert.equal(await kv.claim('counter', 'nonce/y'), 2);
    assert.equal(await kv.claim('counter', 'nonce/x'), 1);
  });

  specify(
    'a hundred claims at once, of two clients, get a hundred numbers without a gap',
    async (kv, { another }) => {
      const other = await another();
      const claimed = await Promise.all(
        Array.from({ length: 100 }, (_, i) => (i % 3 === 0 ? other : kv).claim('counter', `nonce/${i}`)),
      );
      lists(
        claimed.toSorted((a, b) => a - b),
        Array.from({ length: 100 }, (_, i) => i + 1),
      );
      await other.close();
    },
  );

  specify('one nonce claimed by two clients at once gets one number', async (kv, { another }) => {
    const other = await another();
    const [mine, theirs] = await Promise.all([kv.claim('counter', 'nonce'), other.claim('counter', 'nonce')]);
    assert.equal(mine, theirs);
    assert.equal(await kv.claim('counter', 'next'), 2);
    await other.close();
  });
}

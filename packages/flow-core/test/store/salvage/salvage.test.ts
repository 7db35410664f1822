/** Without LevelDB, all is read that it has; of damaged files, every record that lies outside of the damage. */
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { Level } from 'level';
import { sealed } from '../../../src/store/kv/checksum';
import { keys } from '../../../src/store/kv/row-keys';
import { salvaged } from '../../../src/store/salvage/salvage';
import { temporaryPlace } from '../helpers/place';

const place = temporaryPlace();
afterAll(() => place.dispose());

const open = async (folder: string) => {
  const level = new Level<string, Uint8Array>(folder, { keyEncoding: 'utf8', valueEncoding: 'view' });
  await level.open();
  return level;
};

/** Text that packs well, bytes that do not, and one that is longer than a block of a log. */
const contentOf = (n: number, round: number): Uint8Array =>
  n % 97 === 0
    ? Buffer.alloc(70_000, `${n}/${round}`)
    : n % 5 === 0
      ? Buffer.from(Array.from({ length: 200 }, (_, i) => (n * 7919 + round * 31 + i * i * 2654435761) >>> 7))
      : Buffer.from(JSON.stringify({ status: 'done', step: 'each', n, round, stored: ['a', 'b'] }));

const whole = join(place.folder, 'whole');
const expected = new Map<string, string>();
const ever = new Map<string, Set<string>>();
const text = (value: Uint8Array) => Buffer.from(value).toString('latin1');
beforeAll(async () => {
  let level = await open(whole);
  const put = async (from: number, to: number, round: number) => {
    for (let n = from; n < to; n += 50) {
      const ops = [];
      for (let i = n; i < Math.min(to, n + 50); i++) {
        const key = keys.task('films', 1, 'each', i);
        ops.push({ type: 'put' as const, key, value: sealed(key, contentOf(i, round)) });
        expected.set(key, text(contentOf(i, round)));
        ever.set(key, (ever.get(key) ?? new Set()).add(text(contentOf(i, round))));
      }
      await level.batch(ops);
    }
  };
  const remove = async (from: number, to: number) => {
    const all = Array.from({ length: to - from }, (_, i) => keys.task('films', 1, 'each', from + i));
    await level.batch(all.map((key) => ({ type: 'del' as const, key })));
    for (const key of all) expected.delete(key);
  };
  await put(0, 6000, 1);
  await put(1500, 2700, 2);
  await remove(2400, 2550);
  await level.close();
  level = await open(whole);
  await put(2520, 2540, 3);
  await remove(100, 200);
  await level.close();
});

const read = (folder: string) => {
  const found = new Map<string, string>();
  const damaged: string[] = [];
  let before = '';
  for (const { key, value } of salvaged(folder)) {
    if (before >= key) throw new Error(`${key} comes after ${before}`);
    before = key;
    if (value) found.set(key, text(value));
    else damaged.push(key);
  }
  return { found, damaged };
};

test('of a whole database: each record in its newest version, and none that was removed', () => {
  expect(readdirSync(whole).filter((name) => name.endsWith('.ldb')).length).toBeGreaterThan(1);
  const { found, damaged } = read(whole);
  expect(found.size).toBe(expected.size);
  expect(found).toEqual(expected);
  expect(damaged).toEqual([]);
});

type Damage = { kind: 'flip' | 'zero' | 'cut' | 'gone'; file: number; at: number; length: number };

/** A copy of the database with one damage. Returns the damaged file's name. */
function damagedCopy(to: string, { kind, file, at, length }: Damage): string {
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to);
  const names = readdirSync(whole).filter((name) => name !== 'LOCK');
  const data = names.filter((name) => /\.(ldb|log)$/.test(name)).sort();
  const chosen = data[file % data.length] as string;
  for (const name of names) if (name !== chosen) linkSync(join(whole, name), join(to, name));
  if (kind === 'gone') return chosen;
  const bytes = readFileSync(join(whole, chosen));
  const place = Math.floor(at * bytes.length);
  if (kind === 'flip') bytes[place] = (bytes[place] as number) ^ (1 << (length % 8));
  if (kind === 'zero') bytes.fill(0, place, Math.min(place + length, bytes.length));
  writeFileSync(join(to, chosen), kind === 'cut' ? bytes.subarray(0, place) : bytes);
  return chosen;
}

/** Records that are not there, or not in their newest version. */
const lostOf = (found: ReadonlyMap<string, string>) =>
  [...expected].filter(([key, value]) => found.get(key) !== value).length;

/** More than the records around one damage, in one block or one batch. */
const FEW = 120;

test('of a damaged one: never another value; one bit costs no more than what stands in its block', () => {
  const damage = fc.record<Damage>({
    kind: fc.constantFrom('flip', 'flip', 'zero', 'cut', 'gone'),
    file: fc.nat(100),
    at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    length: fc.nat(200),
  });
  const copy = join(place.folder, 'damaged');
  const runs = Number(process.env.SALVAGE_RUNS ?? 15);
  fc.assert(
    fc.property(damage, (one) => {
      damagedCopy(copy, one);
      const { found } = read(copy);
      for (const [key, value] of found)
        if (!ever.get(key)?.has(value)) throw new Error(`${key} has a value that nobody wrote`);
      if (one.kind === 'flip' || one.kind === 'zero') expect(lostOf(found)).toBeLessThan(FEW);
    }),
    { numRuns: runs },
  );
});

test('without its index, a table is read block by block; without MANIFEST and CURRENT, as if they were there', () => {
  const copy = join(place.folder, 'cut');
  for (const [file] of readdirSync(whole)
    .filter((name) => name.endsWith('.ldb'))
    .entries()) {
    const name = damagedCopy(copy, { kind: 'gone', file, at: 0, length: 0 });
    const bytes = readFileSync(join(whole, name));
    writeFileSync(join(copy, name), bytes.subarray(0, bytes.length - 100));
    for (const other of readdirSync(copy)) if (/^(MANIFEST|CURRENT)/.test(other)) rmSync(join(copy, other));
    expect(lostOf(read(copy).found)).toBe(0);
  }
});

/** The large values that a worker keeps: the limit, what goes first, and what stays whatever the limit is. */
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileCas } from '../../../flow-core/src/store/cas/cas';
import { Cache } from '../../src/agent/cache';

const SIZE = 1000;
const HOURS = 60 * 60;

let folder: string;
let cas: FileCas;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nx-flow-cache-'));
  cas = new FileCas(join(folder, 'cas'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const cache = (limit: number) => new Cache({ folder: join(folder, 'cas'), limit });

/** A value that was used so many hours ago. */
async function value(byte: number, hours: number): Promise<string> {
  const hash = await cas.write(new Uint8Array(SIZE).fill(byte));
  const at = Date.now() / 1000 - hours * HOURS;
  utimesSync(cas.path(hash), at, at);
  return hash;
}

test('what was used longest ago goes first, until the rest is within the limit', async () => {
  const [two, five, three, four] = [
    await value(1, 2),
    await value(2, 5),
    await value(3, 3),
    await value(4, 4),
  ];
  await cache(4 * SIZE).sweep();
  expect([two, five, three, four].map((hash) => cas.has(hash))).toEqual([true, true, true, true]);
  await cache(2 * SIZE).sweep();
  expect([two, five, three, four].map((hash) => cas.has(hash))).toEqual([true, false, true, false]);
});

test('what a task uses stays, and so does what another worker has used within the hour', async () => {
  const [held, fresh, old] = [await value(1, 9), await value(2, 0.5), await value(3, 2)];
  const kept = cache(0);
  const [first, second] = [kept.use([held]), kept.use([held])];
  await kept.sweep();
  expect([held, fresh, old].map((hash) => cas.has(hash))).toEqual([true, true, false]);
  first();
  first();
  await kept.sweep();
  expect(cas.has(held)).toBe(true);
  second();
  await kept.sweep();
  expect([cas.has(held), cas.has(fresh)]).toEqual([false, true]);
});

test('other workers are told what is in use', async () => {
  const [held, old] = [await value(1, 9), await value(2, 9)];
  const one = cache(0);
  const leave = one.use([held, 'f'.repeat(64)]);
  await one.renew();
  await cache(0).sweep();
  expect([cas.has(held), cas.has(old)]).toEqual([true, false]);
  leave();
});

test('a folder that is not there is no error, and what a killed worker left aside goes', async () => {
  await cache(0).sweep();
  expect(existsSync(join(folder, 'cas'))).toBe(false);
  const hash = await value(1, 0);
  renameSync(cas.path(hash), `${cas.path(hash)}.removing`);
  await cache(10 * SIZE).sweep();
  expect(readdirSync(join(folder, 'cas', hash.slice(0, 2)))).toEqual([]);
});

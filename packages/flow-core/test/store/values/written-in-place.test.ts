/** A step gets a file of the store by its path. One that writes it in place harms the store, and is found out by the next reader. */
import { chmodSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { file, flow } from '../../../src';
import { FileCas } from '../../../src/store/cas/cas';
import { MemoryCas } from '../../../src/store/cas/memory-cas';
import { shareBytes } from '../../../src/store/cas/share-bytes';
import { isVerified, isWritten, keepingVerified, noteVerified } from '../../../src/store/cas/verified';
import { MemoryKv } from '../../../src/store/kv/memory';
import { Store } from '../../../src/store/store';
import { MemoryEngine } from '../../kit/memory';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nx-flow-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** As one who may, or who insists. */
function write(path: string, text: string): void {
  chmodSync(path, 0o600);
  writeFileSync(path, text);
}

test.each(['files', 'memory'])('in %s, the run in which it is written hears of it', async (where) => {
  const given = join(folder, 'given.csv');
  writeFileSync(given, 'a,b\n');
  const f = flow('writes');
  const start = f.start(() => ({ report: file(given) }));
  const writes = f.step('writes', { after: start }, async ({ self }) => {
    const before = await self.report.text();
    write(self.report.path, 'A,B\n');
    return { before };
  });
  const reads = f.step('reads', { after: writes }, async ({ self }) => ({ after: await self.report.text() }));
  const cas = where === 'files' ? new FileCas(join(folder, 'cas')) : new MemoryCas();
  const store = new Store(new MemoryKv(), cas);
  const { row, tasks } = await new MemoryEngine(store).run(f.end(reads));
  expect(tasks.map(({ step, status }) => [step, status])).toEqual([
    ['reads', 'failed'],
    ['start', 'done'],
    ['writes', 'done'],
  ]);
  expect(row.error?.message ?? tasks[0]?.error?.message).toMatch(
    /The file .* was changed: its bytes are not those that were stored\./,
  );
  await store.close();
});

test('a step that returns the file that it wrote in place stores nothing under the old name', async () => {
  const given = join(folder, 'given.csv');
  writeFileSync(given, 'a,b\n');
  const f = flow('returns');
  const start = f.start(() => ({ report: file(given) }));
  const clock = jest.spyOn(Date, 'now');
  const writes = f.step('writes', { after: start }, ({ self }) => {
    // Long after it was stored.
    clock.mockReturnValue(Date.now() + 60_000);
    write(self.report.path, 'A,B\n');
    return { again: self.report };
  });
  const store = new Store(new MemoryKv(), new FileCas(join(folder, 'cas')));
  const { tasks } = await new MemoryEngine(store).run(f.end(writes));
  clock.mockRestore();
  expect(tasks.at(-1)).toMatchObject({
    step: 'writes',
    status: 'failed',
    error: { code: 'FLOW_STORE_CORRUPT' },
  });
});

test('files of the store are read-only, also those that were shared', async () => {
  const [one, two] = [new FileCas(join(folder, 'one')), new FileCas(join(folder, 'two'))];
  const hash = await one.write(Buffer.alloc(100_000, 1));
  await shareBytes(hash, one, two);
  for (const cas of [one, two]) expect(statSync(cas.path(hash)).mode & 0o777).toBe(0o400);
});

test('what was verified stays so when its time or its names change, and no longer when it is written', async () => {
  const [one, two] = [new FileCas(join(folder, 'one')), new FileCas(join(folder, 'two'))];
  const hash = await one.write(Buffer.alloc(100_000, 1));
  const path = one.path(hash);
  expect(isVerified(path, hash)).toBe(false);
  const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000);
  noteVerified(path, hash);
  clock.mockRestore();
  expect(isVerified(path, hash)).toBe(true);
  await shareBytes(hash, one, two);
  keepingVerified(path, () => utimesSync(path, 1000, 1000));
  expect(await one.renew(hash)).toBe(true);
  expect(await two.renew(hash)).toBe(true);
  expect([isVerified(path, hash), isVerified(two.path(hash), hash)]).toEqual([true, true]);
  expect(statSync(path).mtimeMs).toBeGreaterThan(Date.now() - 60_000);

  write(path, 'other');
  // The time of its bytes can be set back, and that of its last change cannot.
  utimesSync(path, 1000, 1000);
  expect([isVerified(path, hash), isWritten(path, hash)]).toEqual([false, true]);
  expect(() => one.file(hash)).toThrow(/was changed/);
  await expect(one.renew(hash)).rejects.toThrow(/was changed/);
});

test('what is new enough is not made new again, and one that was verified in the same moment is read again', async () => {
  const cas = new FileCas(join(folder, 'one'));
  const hash = await cas.write(Buffer.alloc(100_000, 1));
  const { ctimeMs } = statSync(cas.path(hash));
  expect(await cas.renew(hash)).toBe(true);
  expect(statSync(cas.path(hash)).ctimeMs).toBe(ctimeMs);
  const clock = jest.spyOn(Date, 'now').mockReturnValue(ctimeMs + 1);
  noteVerified(cas.path(hash), hash);
  clock.mockRestore();
  expect(isVerified(cas.path(hash), hash)).toBe(false);
});

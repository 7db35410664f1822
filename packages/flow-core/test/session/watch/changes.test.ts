/** What is heard of files that are saved as editors and tools save them. */
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Changes } from '../../../src/session/watch/changes';

let folder: string;
let changes: Changes;
let heard: (paths: readonly string[]) => void;
let swept: string[] = [];
const path = (...parts: string[]) => join(folder, ...parts);
const next = () =>
  new Promise<readonly string[]>((resolve) => {
    heard = resolve;
  });
const watch = (...files: string[]) => changes.folders.watch(files, [], () => false);

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'nx-flow-changes-')));
  swept = [];
  changes = new Changes(folder, {
    noted() {},
    changed: (paths) => heard(paths),
    sweep: () => swept.splice(0),
  });
});
afterEach(() => {
  changes.close();
  rmSync(folder, { recursive: true });
});

test('a burst of changes is one', async () => {
  watch(path('a.ts'), path('b.ts'));
  const all = next();
  for (const name of ['a.ts', 'b.ts', 'a.ts', 'other.ts']) writeFileSync(path(name), name);
  expect([...(await all)].sort()).toEqual([path('a.ts'), path('b.ts')]);
});

test('a file that takes the place of another', async () => {
  writeFileSync(path('a.ts'), '1');
  watch(path('a.ts'));
  const change = next();
  writeFileSync(path('a.tmp'), '2');
  renameSync(path('a.tmp'), path('a.ts'));
  expect(await change).toEqual([path('a.ts')]);
});

test('a file that comes, with the folders around it', async () => {
  watch(path('lib/src/a.ts'));
  const change = next();
  mkdirSync(path('lib/src'), { recursive: true });
  writeFileSync(path('lib/src/a.ts'), '1');
  expect(await change).toEqual([path('lib')]);
});

test('a folder that takes the place of another, and what is in that', async () => {
  mkdirSync(path('lib/src'), { recursive: true });
  writeFileSync(path('lib/src/a.ts'), '1');
  expect(watch(path('lib/src/a.ts'))).toBe(true);
  expect(watch(path('lib/src/a.ts'))).toBe(false);
  const exchanged = next();
  renameSync(path('lib'), path('old'));
  mkdirSync(path('lib/src'), { recursive: true });
  expect(await exchanged).toContain(path('lib'));
  // Other folders: what was not heard of them meanwhile is looked for.
  expect(watch(path('lib/src/a.ts'))).toBe(true);
  const change = next();
  writeFileSync(path('lib/src/a.ts'), '2');
  expect(await change).toEqual([path('lib/src/a.ts')]);
});

test('a folder that is removed and made again, even where it gets the same number', async () => {
  mkdirSync(path('lib'));
  watch(path('lib/a.ts'));
  const made = next();
  rmSync(path('lib'), { recursive: true });
  mkdirSync(path('lib'));
  expect(await made).toEqual([path('lib')]);
  expect(watch(path('lib/a.ts'))).toBe(true);
  const change = next();
  writeFileSync(path('lib/a.ts'), '1');
  expect(await change).toEqual([path('lib/a.ts')]);
});

test('what the system does not tell is found by a look at all files', async () => {
  const change = next();
  swept = [path('a.ts')];
  expect(await change).toEqual([path('a.ts')]);
});

test('changes without an end are told all the same', async () => {
  const change = next();
  const begun = Date.now();
  const on = setInterval(() => changes.note(path('log')), 5);
  await change;
  clearInterval(on);
  expect(Date.now() - begun).toBeGreaterThan(100);
});

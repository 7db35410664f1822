/** Whether files are as they were, by their time stamps. */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { Stamps, UNSETTLED } from '../../src/nx/stamps';
import { KeyWorkspace } from '../kit/key-workspace';

let ws: KeyWorkspace;
beforeEach(() => {
  ws = new KeyWorkspace();
});
afterEach(() => ws.remove());

const take = (...files: string[]) =>
  new Stamps().take(
    files.map((file) => ws.path(file)),
    (path) => path.endsWith('.ts'),
  );
const same = (before: ReturnType<typeof take>) => new Stamps().same(before);

test('a file that changed this instant may change again: it is not the same', () => {
  ws.write('a.ts', '1');
  const before = take('a.ts');
  expect(Object.values(before.files)).toEqual([UNSETTLED]);
  expect(same(before)).toBe(false);
});

test('a file that has settled is the same until it is written', async () => {
  ws.write('a.ts', '1');
  await ws.settled('a.ts');
  const before = take('a.ts');
  expect(same(before)).toBe(true);
  ws.write('a.ts', '1');
  expect(same(before)).toBe(false);
});

test('a file that is gone is not the same', async () => {
  ws.write('a.ts', '1');
  await ws.settled('a.ts');
  const before = take('a.ts');
  rmSync(ws.path('a.ts'));
  expect(same(before)).toBe(false);
});

test('a name that was looked for and not found is the same while others come and go beside it', async () => {
  mkdirSync(ws.path('lib'));
  await ws.settled('lib');
  const before = take('lib/x.json', 'lib/y.json');
  expect(same(before)).toBe(true);
  ws.write('lib/z.json', '');
  expect(same(before)).toBe(true);
  ws.write('lib/y.json', '');
  expect(same(before)).toBe(false);
});

test('below a file there is nothing', async () => {
  ws.write('a.ts', '1');
  await ws.settled('a.ts');
  const before = take('a.ts/package.json');
  expect(same(before)).toBe(true);
  rmSync(ws.path('a.ts'));
  mkdirSync(ws.path('a.ts'));
  writeFileSync(ws.path('a.ts/package.json'), '');
  expect(same(before)).toBe(false);
});

test('below a missing folder nothing is there until the folder is: the nearest one that exists is watched', async () => {
  mkdirSync(ws.path('lib'));
  await ws.settled('lib');
  const before = take('lib/a/b/package.json', 'lib/a/c.json', 'lib/d.json');
  expect(before.absent).toEqual({ [ws.path('lib')]: { stamp: expect.any(String), names: ['a', 'd.json'] } });
  expect(same(before)).toBe(true);
  ws.write('lib/z.json', '');
  expect(same(before)).toBe(true);
  ws.write('lib/a/other.json', '');
  expect(same(before)).toBe(false);
});

test('what a link leads to may come where no folder of the link changes', async () => {
  mkdirSync(ws.path('lib'));
  symlinkSync(ws.path('elsewhere'), ws.path('lib/link'));
  symlinkSync(ws.path('elsewhere/package.json'), ws.path('lib/file.json'));
  await ws.settled('lib');
  const [below, itself] = [take('lib/link/package.json'), take('lib/file.json')];
  expect([below, itself].map(same)).toEqual([true, true]);
  ws.write('elsewhere/package.json', '');
  expect([below, itself].map(same)).toEqual([false, false]);
});

test('what still holds is given as it is, or with new stamps of folders: what was kept is never changed', async () => {
  mkdirSync(ws.path('lib'));
  await ws.settled('lib');
  const known = { stamps: take('lib/x.json'), value: 1 };
  expect(new Stamps().upToDate(known)).toBe(known);
  const before = structuredClone(known);
  ws.write('lib/z.json', '');
  await ws.settled('lib');
  const now = new Stamps().upToDate(known);
  expect(now).not.toEqual(known);
  expect(now).toMatchObject({ value: 1 });
  expect(known).toEqual(before);
  expect(now && new Stamps().upToDate(now)).toBe(now);
  ws.write('lib/x.json', '');
  expect(new Stamps().upToDate(now)).toBeUndefined();
});

/** Whether files are as they were, by their time stamps. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
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

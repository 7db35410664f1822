import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DataFiles } from '../../../src/session/watch/data';

let workspace: string;
let data: DataFiles;
const path = (name: string) => join(workspace, name);
const write = (name: string, text = name) => {
  mkdirSync(dirname(path(name)), { recursive: true });
  writeFileSync(path(name), text);
  return path(name);
};
const changed = (paths: string[]) => [...data.changed(paths).keys()];

beforeEach(() => {
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'nx-flow-data-')));
  write('app/data/a.csv');
  write('app/node_modules/x/a.csv');
  const place = { file: path('app/f.flow.ts'), flow: 'f', workspace };
  data = new DataFiles(place, { env: true, files: [path('given.ts')] });
  data.declare(['**/*.csv', '!draft/**']);
});
afterEach(() => rmSync(workspace, { recursive: true }));

test('each change is told once', () => {
  const file = write('app/data/a.csv', 'other');
  expect(changed([file])).toEqual([file]);
  expect(changed([file])).toEqual([]);
});

test('how a file differs is told: it is new, another one, or gone', () => {
  const file = write('app/data/b.csv');
  const how = () => data.changed([file]).get(file);
  expect(how()).toBe('is new');
  write('app/data/b.csv', 'other');
  expect(how()).toBe('changed');
  rmSync(file);
  expect(how()).toBe('is gone');
});

test('what a look at all files has found is told, too', () => {
  const file = write('app/data/deep/b.csv');
  expect(data.walk()).toEqual([file]);
  expect(changed([])).toEqual([file]);
});

test('files that come and go', () => {
  const file = write('app/data/deep/b.csv');
  expect(changed([dirname(file)])).toEqual([file]);
  rmSync(dirname(file), { recursive: true });
  expect(changed([dirname(file)])).toEqual([file]);
});

test('.env files of the folders around the flow, and files that the command names', () => {
  const files = [write('.env'), write('app/.env.local'), write('given.ts')];
  write('other/.env');
  expect(changed([...files, path('other/.env')]).sort()).toEqual(files.sort());
});

test.each([
  'app/draft/b.csv',
  'app/data/b.txt',
  'app/data/.b.csv.swp',
  'app/data/b.csv~',
  'app/node_modules/x/b.csv',
])('%s is none of them', (name) => {
  expect(changed([write(name)])).toEqual([]);
  expect(data.walk()).toEqual([]);
});

test('its own outputs are none of them', () => {
  const place = { file: path('f.flow.ts'), flow: 'f', workspace };
  const all = new DataFiles(place, { env: false, files: [] });
  all.declare(['**']);
  expect([...all.changed([write('dist/flow/f/spin/a/artifacts/x.csv')])]).toEqual([]);
  expect(all.walk()).toEqual([]);
  const other = write('dist/flow/other/spin/a/artifacts/x.csv');
  expect([...all.changed([other]).keys()]).toEqual([other]);
});

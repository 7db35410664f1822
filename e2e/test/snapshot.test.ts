import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { small } from '../lib/flows';
import { remove } from '../lib/remove';
import { Workspace } from '../lib/workspace';

const workspace = new Workspace('snapshot', {
  'packages/etl/package.json': { name: '@acme/etl', version: '1.0.0' },
  'packages/etl/src/etl.flow.ts': `import { factor } from './factor';\n${small('etl', '({ self }) => ({ times: self.one * factor })')}`,
  'packages/etl/src/factor.ts': 'export const factor = 3;\n',
});
const { warm: nx } = workspace;
const path = (...parts: string[]) => join(workspace.folder, ...parts);
const FILE = path('dist/flow/etl/snapshot/etl.nxflow');
/** As on another machine: the sources and Nx's cache, and nothing else. */
const freshMachine = async () => {
  await workspace.forget('broker', 'plugin');
  for (const folder of ['.flow', 'dist']) remove(path(folder));
};

test('what one machine has run, another spins: the snapshot comes out of the cache', async () => {
  const first = await nx('snapshot', '@acme/etl');
  expect(first.text).toContain('etl/1 done');
  expect(first.code).toBe(0);
  const bytes = readFileSync(FILE);

  await freshMachine();
  expect((await nx('spin', '@acme/etl', 'double')).code).toBe(1);
  const second = await nx('snapshot', '@acme/etl');
  expect(second.text).toContain('Nx read the output from the cache instead of running the command');
  expect(readFileSync(FILE).equals(bytes)).toBe(true);
  const spun = await nx('spin', '@acme/etl', 'double');
  expect(spun.text).toContain('imported the snapshot dist/flow/etl/snapshot/etl.nxflow as etl/1');
  expect(spun.text).toMatch(/times +number +\d+ B +same/);
  expect(spun.code).toBe(0);
});

test('an edit of what the flow imports is another snapshot', async () => {
  writeFileSync(path('packages/etl/src/factor.ts'), 'export const factor = 4;\n');
  const { text, code } = await nx('snapshot', '@acme/etl', '--json');
  expect(text).not.toContain('from the cache');
  expect(code).toBe(0);
  expect((await nx('spin', '@acme/etl', 'double', '--json')).json().artifacts.times).toMatchObject({
    preview: '4',
    change: 'same',
  });
  // The sources as they were are the snapshot that was.
  writeFileSync(path('packages/etl/src/factor.ts'), 'export const factor = 3;\n');
  await freshMachine();
  expect((await nx('snapshot', '@acme/etl')).text).toContain('from the cache');
  expect(existsSync(FILE)).toBe(true);
});

test('so is one of code that lies in no project, and of a file that gives the parameters', async () => {
  const ways = async () =>
    [await nx('snapshot', 'far'), await nx('snapshot', 'far', '--params-file=given.json')].map(
      ({ code, text }) => [code, text.includes('from the cache')],
    );
  workspace.write({
    'far/far.flow.ts': `import { factor } from '../outside/factor';
import { flow, param } from '@nx-flow/core';
const f = flow('far', { params: { more: param.json().default(0) } });
export const start = f.start(({ params }) => ({ sum: factor + Number(params.more) }));
export default f.end(start);
`,
    'outside/factor.ts': 'export const factor: number = 1;\n',
    'given.json': { more: 1 },
  });
  const [executed, replayed] = [
    [0, false],
    [0, true],
  ];
  expect(await ways()).toEqual([executed, executed]);
  expect(await ways()).toEqual([replayed, replayed]);
  workspace.write({ 'given.json': { more: 2 } });
  expect(await ways()).toEqual([replayed, executed]);
  workspace.write({ 'outside/factor.ts': 'export const factor: number = 2;\n' });
  expect(await ways()).toEqual([executed, executed]);
});

test('a run is not taken for the snapshot where what it read has changed since', async () => {
  workspace.write({
    'lib/project.json': { name: 'lib' },
    'lib/rate.ts': `import { readFileSync } from 'node:fs'; import { join } from 'node:path';
export const rate = () => Number(readFileSync(join(__dirname, 'rate.csv'), 'utf8'));\n`,
    'lib/rate.csv': '1',
    'reads/reads.flow.ts': `import { readFileSync } from 'node:fs';
import { rate } from '../lib/rate';
import { flow } from '@nx-flow/core';
const f = flow('reads', { inputs: ['../data/*.csv', { env: 'READS_MOOD' }] });
export const start = f.start(() => ({ read: [rate(), readFileSync('data/a.csv', 'utf8'), process.env.READS_MOOD] }));
export default f.end(start);
`,
    'data/a.csv': 'a',
    'other/other.flow.ts': small('other'),
    'other/project.json': {
      name: 'other',
      targets: { snapshot: { inputs: ['...', { runtime: 'echo "$OTHER_ANSWER"' }] } },
    },
  });
  const snapshot = async (project: string, env: Record<string, string> = {}) => {
    workspace.env = env;
    const { code, text } = await nx('snapshot', project);
    expect(code).toBe(0);
    return text.includes('from the cache') ? 'replayed' : /\/\d+ done/.test(text) ? 'run' : 'exported';
  };
  await nx('run', 'reads');
  expect(await snapshot('reads')).toBe('exported');
  workspace.write({ 'lib/rate.csv': '2' });
  expect(await snapshot('reads')).toBe('run');
  workspace.write({ 'data/a.csv': 'b' });
  expect(await snapshot('reads')).toBe('run');
  rmSync(path('data/a.csv'));
  workspace.write({ 'data/a.csv': 'b' });
  expect(await snapshot('reads')).toBe('replayed');
  expect(await snapshot('reads', { READS_MOOD: 'glad' })).toBe('run');
  // Of what the user's own inputs hash, no run tells what it was.
  await nx('run', 'other');
  expect(await snapshot('other', { OTHER_ANSWER: '1' })).toBe('run');
  expect(await snapshot('other', { OTHER_ANSWER: '1' })).toBe('replayed');
});

/** Edges between projects that flows make, and what Nx does with them: affected, replays, cycles. */
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { plainEnv } from '../lib/env';
import { Workspace } from '../lib/workspace';

const flow = (name: string, more: string, value = '1') => `
import { client, flow } from '@nx-flow/core';
${more}
const f = flow('${name}');
export const start = f.start(() => ({ one: 1 }));
export const step = f.step('step', { after: start }, async () => ({ value: ${value} }));
export default f.end(step);
`;
/** How many runs the flow has. */
const runsOf = (name: string) =>
  `await (async () => { let n = 0; for await (const run of client('${name}').runs()) n++; return n; })()`;
const library = (name: string, text: string) => ({
  [`libs/${name}/project.json`]: { name },
  [`libs/${name}/index.ts`]: text,
});

const workspace = new Workspace('dependencies', {
  // With it, Nx knows what is installed.
  'package-lock.json': readFileSync(join(process.env.NX_FLOW_E2E as string, 'package-lock.json'), 'utf8'),
  'tsconfig.base.json': { compilerOptions: { paths: { '@acme/mapped': ['./libs/mapped/index.ts'] } } },
  ...library('near', `import { far } from '../far';\nexport const near = () => far;\n`),
  ...library('far', 'export const far = 1;\n'),
  ...library('mapped', 'export type Mapped = number;\n'),
  ...library('apart', 'export const apart = 1;\n'),
  'libs/later/index.ts': 'export const later = () => 1;\n',
  'packages/named/package.json': { name: '@acme/named', version: '1.0.0', main: './src/main.ts' },
  'packages/named/src/main.ts': 'export const named = 1;\n',
  'flows/imports/imports.flow.ts': flow(
    'imports',
    `import { near } from '../../libs/near';
import type { Mapped } from '@acme/mapped';
import { load } from './local';`,
    'near() * 100 + (process.env.NEVER ? await load() : 1)',
  ),
  'flows/imports/local.ts': `export const load = async () => (await import('@acme/named')).named;\n`,
  'flows/left/left.flow.ts': flow('left', '', runsOf('right')),
  'flows/right/right.flow.ts': flow('right', '', runsOf('left')),
});
const { warm: nx } = workspace;
const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...args], {
    cwd: workspace.folder,
    encoding: 'utf8',
    env: plainEnv({ GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
const commit = (message: string) => {
  git('add', '.');
  git('commit', '--quiet', '-m', message);
};
/** Packages are no part of `nx graph`. */
const GRAPH = `require('@nx/devkit').createProjectGraphAsync().then(({ dependencies }) =>
  console.log(JSON.stringify(dependencies)))`;

interface Edge {
  source: string;
  target: string;
  type: string;
}
async function edges(): Promise<string[]> {
  const { code, text } = await nx('graph', '--file=graph.json');
  expect([code, text]).toEqual([0, expect.any(String)]);
  const { graph } = JSON.parse(readFileSync(join(workspace.folder, 'graph.json'), 'utf8'));
  const shown = Object.values<Edge[]>(graph.dependencies).flat();
  return shown.map(({ source, target, type }) => `${source} → ${target} ${type}`).sort();
}

beforeAll(() => {
  git('init', '--quiet');
  commit('all');
});

const FIRST = [
  'imports → @acme/named static',
  'imports → mapped static',
  'imports → near static',
  'left → right implicit',
  'near → far static',
  'right → left implicit',
];

test('nx graph has the edges of flows, and of what they import', async () => {
  expect(await edges()).toEqual(FIRST);
  const known = workspace.node('-e', GRAPH).json().imports as Edge[];
  expect(known.map(({ target }) => target)).toContain('npm:@nx-flow/core');
});

test('flows that read each other are run together, and each is spun', async () => {
  const { code, text } = await nx('run-many', '-t', 'run', '--output-style=static');
  for (const name of ['imports', 'left', 'right']) expect(text).toContain(`${name}/1 done`);
  expect(code).toBe(0);
  expect((await nx('spin', 'left', 'step', '--json')).json().artifacts.value.preview).toBe('1');
  expect(await workspace.taskGraph('run-many', '-t', 'run')).toEqual({
    'imports:run': [],
    'left:run': [],
    'right:run': [],
  });
});

describe('nx affected', () => {
  /** Which flows are spun for the last commit. */
  async function affected(): Promise<string[]> {
    const tasks = await workspace.taskGraph('affected', '-t', 'spin', '--base=HEAD~1', '--head=HEAD');
    return Object.keys(tasks).map((task) => task.replace(':spin', ''));
  }

  test.each([
    ['a library', 'libs/near/index.ts', ['imports']],
    ['a library behind it', 'libs/far/index.ts', ['imports']],
    ['types alone', 'libs/mapped/index.ts', ['imports']],
    ['a package that is imported when it is needed', 'packages/named/src/main.ts', ['imports']],
    ['a library that no flow imports', 'libs/apart/index.ts', []],
    ['a flow whose runs another reads', 'flows/left/left.flow.ts', ['left', 'right']],
  ])('%s', async (_, file, flows) => {
    workspace.write({ [file]: `${readFileSync(join(workspace.folder, file), 'utf8')}// edited\n` });
    commit(file);
    expect(await affected()).toEqual(flows);
  });

  test('spins them', async () => {
    workspace.write({ 'libs/far/index.ts': 'export const far = 2;\n' });
    commit('two');
    const { code, text } = await nx(
      'affected',
      '-t',
      'spin',
      '--base=HEAD~1',
      '--head=HEAD',
      '--step=step',
      '--output-style=static',
    );
    expect(text).toContain('Successfully ran target spin for project imports');
    expect(text).toMatch(/value +number .* changed +201/);
    expect(code).toBe(0);
  });
});

describe('nx spin', () => {
  const spin = async () => {
    const { text } = await nx('spin', 'imports', '--step=step');
    return [text.match(/value .* (\d+)$/m)?.[1], text.includes('Nx read the output from the cache')];
  };

  test('is not replayed when a library behind a library has changed', async () => {
    workspace.write({ 'libs/far/index.ts': 'export const far = 3;\n' });
    expect(await spin()).toEqual(['301', false]);
    expect(await spin()).toEqual(['301', true]);
    workspace.write({ 'libs/far/index.ts': 'export const far = 4;\n' });
    expect(await spin()).toEqual(['401', false]);
  });

  test('is not replayed when a library has changed that became a project later, the flow being the same', async () => {
    const file = 'flows/imports/imports.flow.ts';
    const text = readFileSync(join(workspace.folder, file), 'utf8');
    workspace.write({
      [file]: `${text.replace('near() * 100', 'later() * 100')}import { later } from '../../libs/later';\n`,
    });
    expect(await edges()).toEqual(FIRST);
    workspace.write({ 'libs/later/project.json': { name: 'later' } });
    expect(await edges()).toEqual([...FIRST, 'imports → later implicit'].sort());
    expect(await edges()).toEqual([...FIRST, 'imports → later implicit'].sort());
    expect(await spin()).toEqual(['101', false]);
    workspace.write({ 'libs/later/index.ts': 'export const later = () => 2;\n' });
    expect(await spin()).toEqual(['201', false]);
    workspace.write({ [file]: text });
    expect(await edges()).toEqual(FIRST);
  });
});

test('edges go with the files that made them', async () => {
  rmSync(join(workspace.folder, 'flows/left/left.flow.ts'));
  workspace.write({ 'flows/other/renamed.flow.ts': flow('left', `import '../../libs/apart';`) });
  expect(await edges()).toEqual([
    'imports → @acme/named static',
    'imports → mapped static',
    'imports → near static',
    'near → far static',
    'other → apart static',
    // It goes by the flow's name, wherever that lies.
    'right → other implicit',
  ]);
  rmSync(join(workspace.folder, 'flows'), { recursive: true });
  expect(await edges()).toEqual([]);
});

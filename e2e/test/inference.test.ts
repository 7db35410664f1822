import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MOVIES, small } from '../lib/flows';
import { Workspace } from '../lib/workspace';

const workspace = new Workspace('inference', {
  // In a project that exists, with options of its own for the target.
  'apps/shop/project.json': {
    name: 'shop',
    targets: {
      run: {
        options: { params: { minVotes: 2500, sha: '12e3' }, tag: ['nightly'] },
        configurations: { wide: { params: { minVotes: 0 } } },
      },
    },
  },
  'apps/shop/src/movies.flow.ts': MOVIES,
  // In packages of either kind.
  'packages/esm/package.json': { name: '@acme/esm', type: 'module', version: '1.0.0' },
  'packages/esm/src/esm.flow.ts': `import { one } from './one.js';\n${small('esm', '({ self }) => ({ twice: self.one + one })')}`,
  'packages/esm/src/one.ts': 'export const one = await Promise.resolve(1);',
  'packages/cjs/package.json': { name: '@acme/cjs', type: 'commonjs', version: '1.0.0' },
  'packages/cjs/src/cjs.flow.ts': `import { one } from './one';\n${small('cjs', '({ self }) => ({ twice: self.one + one })')}`,
  'packages/cjs/src/one.ts': 'export const one = 1;',
  // In folders of their own.
  'etl/daily/daily.flow.ts': small('daily'),
  'jobs/daily/nightly.flow.ts': small('nightly'),
  'flows/left.flow.ts': small('left'),
  'flows/right.flow.ts': small('right'),
  'dist/old.flow.ts': small('old'),
  // A package that no `workspaces` lists, in a folder with an nx.json of its own.
  'stray/package.json': { name: 'stray' },
  'stray/nx.json': {},
  'stray/alone.flow.ts': small('alone'),
  'apps/goods/package.json': { name: 'goods' },
  'apps/goods/goods.flow.ts': small('goods'),
});
const { warm: nx } = workspace;

test('flows are in the projects that they lie in, else in projects of their own', async () => {
  const { stdout } = await nx('show', 'projects', '--json');
  expect(JSON.parse(stdout).sort()).toEqual(
    ['@acme/cjs', '@acme/esm', 'goods', 'etl-daily', 'flows', 'jobs-daily', 'shop', 'stray'].sort(),
  );
  expect((await workspace.project('etl-daily')).root).toBe('etl/daily');
});

test('of several flows of a project, one has short names and all have their own in the targets', async () => {
  const { root, targets } = await workspace.project('flows');
  expect(root).toBe('flows');
  const whole = Object.keys(targets).filter((name) => !/-(start|double|end)$/.test(name));
  expect(Object.keys(targets).sort()).toContain('spin-left-double');
  expect(whole.sort()).toEqual(
    ['resume', 'run', 'snapshot', 'spin'].flatMap((name) => [name, `${name}-left`, `${name}-right`]),
  );
  const { code, text } = await nx('run', 'flows:run-right');
  expect(text).toContain('right/1 done');
  expect(code).toBe(0);
});

test('nx show project says how to use each target', async () => {
  expect((await nx('show', 'project', 'shop', '--no-web')).stdout).toContain(
    'npx nx spin shop --step=playlist',
  );
  const { run, spin } = (await workspace.project('shop')).targets;
  expect(run?.metadata).toEqual({
    description: 'Runs the flow movies from start to end, and records everything. Try: npx nx run shop',
    scriptContent: 'npx nx run shop',
    help: { command: 'npx nx run shop:run --help', example: { args: ['--params.<name>=<value>'] } },
  });
  expect(spin?.metadata).toMatchObject({ help: { example: { options: { step: 'playlist' } } } });
});

test("a project's own options and configurations are added to what is typed, parameter by parameter", async () => {
  const given = async (run: string) =>
    (await workspace.warmFlow('dump', 'movies', `${run}/start`, '--json')).json().artifacts.given;
  expect((await nx('run', 'shop')).text).toContain('movies/1 done');
  expect(await given('1')).toEqual({ minVotes: 2500, sha: '12e3', parallel: 'none' });
  expect((await nx('run', 'shop:run:wide', '--params.parallel=2')).text).toContain('movies/2 done');
  expect(await given('2')).toEqual({ minVotes: 0, sha: '12e3', parallel: '2' });
  expect((await nx('run', 'shop', '--params.sha=0x1', '--tag=typed')).text).toContain('movies/3 done');
  expect(await given('3')).toEqual({ minVotes: 2500, sha: '0x1', parallel: 'none' });
  const shown = (await workspace.warmFlow('runs', 'movies')).text;
  expect(shown).toContain('nightly');
  expect(shown).toContain('typed');
});

test('flows of ESM and of CommonJS packages run and spin, and run-many runs them together', async () => {
  const { code, text } = await nx('run-many', '-t', 'run', '-p', '@acme/*', '--output-style=static');
  expect(text).toContain('esm/1 done');
  expect(text).toContain('cjs/1 done');
  expect(code).toBe(0);
  for (const kind of ['esm', 'cjs']) {
    expect((await nx('spin', `@acme/${kind}`, 'double', '--json')).json()).toMatchObject({
      status: 'done',
      artifacts: { twice: { preview: '2', change: 'same' } },
    });
  }
});

test('packages that no workspaces list keep one store, at the root of Nx, whatever lies in their folders', async () => {
  for (const [target, flow] of [
    ['goods:run', 'goods'],
    ['stray:run', 'alone'],
  ] as const) {
    expect((await nx('run', target)).text).toContain(`${flow}/1 done`);
    expect((await workspace.warmFlow('runs', flow, '--json')).json().runs).toHaveLength(1);
  }
  expect(existsSync(join(workspace.folder, 'apps/goods/.flow'))).toBe(false);
  expect(existsSync(join(workspace.folder, 'stray/.flow'))).toBe(false);
});

test('a flow that does not parse says so, and leaves every other project as it was', async () => {
  workspace.write({
    'broken/broken.flow.ts': 'import { flow } from "@nx-flow/core";\nconst f = = flow("broken");\n',
  });
  const other = await nx('spin', '@acme/cjs', 'double');
  expect(other.stderr).toContain('nx-flow: broken/broken.flow.ts:2:11');
  expect(other.code).toBe(0);
  const own = await nx('run', 'broken');
  expect(own.text).toMatch(/FLOW_SYNTAX .*broken\.flow\.ts:2:11/);
  expect(own.code).toBe(1);
});

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { plainEnv } from '../lib/env';
import { Workspace } from '../lib/workspace';

const ROOT = join(__dirname, '../..');
const installed = (name: string) =>
  JSON.parse(
    readFileSync(join(process.env.NX_FLOW_E2E as string, 'node_modules', name, 'package.json'), 'utf8'),
  );

const VERSION = installed('@nx-flow/core').version;

/** As somebody has it who has just begun with Nx; the engine is a packed file, since no registry has it yet. */
const workspace = new Workspace('generators', {
  'package.json': {
    name: 'acme',
    private: true,
    devDependencies: {
      '@nx-flow/core': `file:../../nx-flow-core-${VERSION}.tgz`,
      '@nx/devkit': installed('@nx/devkit').version,
      nx: installed('nx').version,
    },
  },
  'nx.json': { analytics: false },
  '.gitignore': 'node_modules\n.nx\n',
  'jest.config.json': {
    testMatch: ['**/*.flow.test.ts'],
    transform: { '\\.ts$': [require.resolve('@swc/jest'), { jsc: { parser: { syntax: 'typescript' } } }] },
  },
  'apps/shop/project.json': { name: 'shop' },
  // Branches, arms, a loop.
  'apps/shop/orders.flow.ts': `import { flow, oneOf } from '@nx-flow/core';

const f = flow('orders');

const start = f.start(() => ({ orders: [3, 1, 2], kind: 'small' }));
const sum = f.step('sum', { after: start }, ({ self }) => ({ total: self.orders.reduce((a, b) => a + b, 0) }));
const largest = f.step('largest', { after: start }, ({ self }) => ({ max: Math.max(...self.orders) }));
const both = f.gather('both', { after: { sum, largest } }, ({ inputs }) => ({
  share: inputs.largest.max / inputs.sum.total,
  kind: inputs.sum.kind,
}));
const size = f.switch('size', { after: both, on: 'kind', cases: ['small', 'big'] }, ({ self }) => ({
  kind: self.share > 1 ? 'big' : 'small',
}));
const small = f.step('small', { after: size.when('small') }, () => ({ label: 'S' }));
const big = f.step('big', { after: size.when('big') }, () => ({ label: 'B' }));
const tries = f.loop('tries', { after: oneOf(small, big), while: 'more', max: 3 }, ({ iteration }) => ({
  more: iteration < 1,
}));

export default f.end(tries);
`,
});
const { warm: nx, warmFlow } = workspace;
const read = (file: string) => readFileSync(join(workspace.folder, file), 'utf8');
const readJson = (file: string) => JSON.parse(read(file));

const FLOW_OUTPUTS = { flowOutputs: [{ dependentTasksOutputFiles: 'dist/flow/**/artifacts.json' }] };

/** Every file with its content, but for what Nx and the store keep. */
function contents(folder = workspace.folder): Record<string, string> {
  const files: Record<string, string> = {};
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (['node_modules', '.nx', '.flow'].includes(name)) continue;
    if (statSync(path).isDirectory()) Object.assign(files, contents(path));
    else files[path] = readFileSync(path, 'latin1');
  }
  return files;
}

/** What people do after each change of a flow: it checks, and it runs. */
async function checksAndRuns(flow: string): Promise<string> {
  await checks(flow);
  const ran = await warmFlow('run', flow);
  expect([ran.code, ran.text]).toEqual([0, expect.stringMatching(new RegExp(`${flow}/\\d+ done`))]);
  return ran.text;
}
async function checks(flow: string): Promise<void> {
  const { code, text } = await warmFlow('check', flow);
  expect([code, text]).toEqual([0, expect.stringContaining('no problems')]);
}

beforeAll(() => workspace.ownPackages('@nx-flow/plugin'));

test('nx add installs the plugin and sets the workspace up; init again changes nothing', async () => {
  const { text, code } = workspace.nx('add', `@nx-flow/plugin@file:../../nx-flow-plugin-${VERSION}.tgz`);
  expect(text).toContain('Package @nx-flow/plugin added successfully');
  expect(code).toBe(0);
  expect(text).toContain('nx.json has the named input "flowOutputs" now');
  expect(readJson('nx.json')).toMatchObject({ plugins: ['@nx-flow/plugin'], namedInputs: FLOW_OUTPUTS });
  expect(readJson('package.json')).toMatchObject({
    dependencies: { zod: '^4.0.0' },
    devDependencies: { '@nx-flow/core': `file:../../nx-flow-core-${VERSION}.tgz` },
  });
  expect(read('.gitignore')).toBe('node_modules\n.nx\n.flow\ndist\n');
  expect(JSON.parse((await nx('show', 'projects', '--json')).stdout)).toEqual(['shop']);
  const before = contents();
  expect((await nx('g', '@nx-flow/plugin:init')).code).toBe(0);
  expect(contents()).toEqual(before);
});

describe('nx g @nx-flow/plugin:flow', () => {
  test('with --dry-run it says what it would make, and leaves every byte as it is', async () => {
    const before = contents();
    const { text, code } = await nx('g', '@nx-flow/plugin:flow', 'movies', '--dry-run');
    expect(text).toContain('CREATE movies/movies.flow.ts');
    expect(text).toContain('CREATE movies/movies.flow.test.ts');
    expect(code).toBe(0);
    expect(contents()).toEqual(before);
  });

  test('makes a flow that runs at once, and says how', async () => {
    const made = await nx('g', '@nx-flow/plugin:flow', 'movies');
    expect(made.text).toContain('npx nx run movies\n');
    expect(made.text).toContain('npx nx spin movies --step=ranking\n');
    expect(made.code).toBe(0);
    const ran = await checksAndRuns('movies');
    expect(ran).toContain('Cairo: 22 °C');
    expect((await nx('run', 'movies')).text).toContain('Cairo: 22 °C');
    expect((await nx('spin', 'movies', '--step=ranking')).text).toMatch(/warmest .* same/);
  });

  test('its test is green under jest', () => {
    const jest = join(ROOT, 'node_modules/jest/bin/jest.js');
    const { stderr, status } = spawnSync(process.execPath, [jest], {
      cwd: workspace.folder,
      encoding: 'utf8',
      env: plainEnv({ CI: '1' }),
    });
    expect(stderr).toContain('3 passed, 3 total');
    expect(status).toBe(0);
  });

  test('the help of its targets has no options that are inferred', async () => {
    const { stdout } = workspace.nx('run', 'movies:spin-end', '--help');
    expect(stdout).toContain('--params');
    expect(stdout).toContain('nx run <project>:spin-<step>');
    expect(stdout).not.toMatch(/--(namesake|flow|step|name)\b/);
    expect(workspace.nx('spin', 'movies', '--help').stdout).toContain('--step');
  });

  test('in a project, beside its other flow; its test is green under Vitest', async () => {
    const args = ['--project=shop', '--directory=src', '--test-runner=vitest'];
    const { text } = await nx('g', '@nx-flow/plugin:flow', 'by-city', ...args);
    expect(text).toContain('npx nx run shop:run-by-city\n');
    expect(text).toContain('npx nx spin-by-city shop --step=ranking\n');
    // It comes after the other one by path, which keeps its names.
    expect(text).not.toContain('The other flow of shop');
    expect((await nx('run', 'shop:run-by-city')).code).toBe(0);
    symlinkSync(join(ROOT, 'node_modules/vitest'), join(workspace.folder, 'node_modules/vitest'), 'junction');
    const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      [vitest, 'run', 'apps', '--globals=false'],
      {
        cwd: workspace.folder,
        encoding: 'utf8',
        env: plainEnv({ CI: '1', NO_COLOR: '1' }),
      },
    );
    expect([status, stdout + stderr]).toEqual([0, expect.stringMatching(/Tests +3 passed/)]);
  });

  test('refuses in one sentence, and makes nothing', async () => {
    const before = contents();
    const { text, code } = await nx('g', '@nx-flow/plugin:flow', 'apps/orders');
    expect(text).toContain(
      'FLOW_AMBIGUOUS  There is a flow "orders" already, in apps/shop/orders.flow.ts: flows are found by their names, so choose another.',
    );
    expect(code).toBe(1);
    expect((await nx('g', '@nx-flow/plugin:flow', 'x', '--projct=shop')).text).toContain(
      "'projct' is not found in schema",
    );
    expect(contents()).toEqual(before);
  });

  test('--help names the options, with examples', async () => {
    const { stdout } = workspace.nx('g', '@nx-flow/plugin:flow', '--help');
    expect(stdout).toContain('--testRunner');
    expect(stdout).toContain('nx g @nx-flow/plugin:flow movies');
    expect(stdout).not.toContain('--cwd');
  });
});

test('a target with the input flowOutputs, which was set up, is replayed until an artifact of the step differs', async () => {
  const edit = (from: string, to: string) =>
    workspace.write({ 'days/days.flow.ts': read('days/days.flow.ts').replace(from, to) });
  workspace.write({
    'days/days.flow.ts': `import { flow } from '@nx-flow/core';

const f = flow('days');
const start = f.start(() => {
  const warmest = Math.max(...[22, 28].slice(0, 2));
  return { warmest };
});
export default f.end(start);
`,
    'page/project.json': {
      name: 'page',
      targets: {
        make: {
          command: 'echo made',
          dependsOn: [{ projects: ['days'], target: 'spin-end' }],
          inputs: ['default', 'flowOutputs'],
          cache: true,
        },
      },
    },
  });
  const make = async () => {
    const { code, text } = await nx('run', 'page:make');
    expect([code, text]).toEqual([0, expect.stringContaining('made')]);
    return /page:make .*(cache|existing)/.test(text) ? 'hit' : 'miss';
  };
  const key = () => read('dist/flow/days/steps/end/key.txt');
  const seen = [await make(), await make()];
  const before = key();
  // Any step may read it: all are executed anew, and return the same.
  workspace.write({ 'days/cities.csv': 'Quito' });
  seen.push(await make());
  expect(key()).not.toBe(before);
  edit('.slice(0, 2)', '.filter((_, i) => i < 2)');
  seen.push(await make());
  edit('22, 28', '22, 29');
  seen.push(await make(), await make());
  // The value is the same.
  edit('return { warmest }', 'return { hottest: warmest }');
  seen.push(await make());
  expect(seen).toEqual(['miss', 'hit', 'hit', 'hit', 'miss', 'hit', 'miss']);
});

describe('nx g @nx-flow/plugin:step leaves a flow that checks and runs', () => {
  const add = (flow: string, name: string, ...args: string[]) =>
    nx('g', '@nx-flow/plugin:step', flow, name, ...args);

  /** Steps by their flow. */
  const written: Record<'movies' | 'orders', string[]> = { movies: [], orders: [] };

  test('or, with --dry-run, as it is', async () => {
    const before = contents();
    const { text, code } = await add('movies', 'clean', '--after=start', '--dry-run');
    expect(text).toContain('"city" comes after "clean" now.');
    expect(text).toContain('UPDATE movies/movies.flow.ts');
    expect(code).toBe(0);
    expect(contents()).toEqual(before);
  });

  test('in a chain; it can be spun at once, on what the last run recorded', async () => {
    expect((await add('movies', 'clean', '--after=start')).text).toContain(
      'npx nx spin movies --step=clean\n',
    );
    expect((await nx('spin', 'movies', '--step=clean')).text).toMatch(/inputs from movies\/\d+\n/);
    expect(await checksAndRuns('movies')).toMatch(/✓ clean\/[\s\S]*Cairo: 22 °C/);
  });

  test.each<[where: string, flow: 'movies' | 'orders', name: string, args: string[], steps: string[]]>([
    ['in a foreach', 'movies', 'check', ['--after=city'], ['check']],
    ['before the end', 'movies', 'report', ['--after=ranking'], ['report']],
    [
      'as a foreach with its join',
      'movies',
      'by-city',
      ['--after=clean', '--kind=foreach', '--over=cities'],
      ['by-city', 'by-city-join'],
    ],
    ['after branches', 'orders', 'compare', ['--after=sum,largest'], ['compare']],
    ['after one arm', 'orders', 'mark', ['--after=size.small'], ['mark']],
    ['after whichever arm', 'orders', 'either', ['--after=small,big'], ['either']],
    ['after a loop', 'orders', 'tried', ['--after=tries'], ['tried']],
  ])('%s', async (_, flow, name, args, steps) => {
    expect((await add(flow, name, ...args)).code).toBe(0);
    await checks(flow);
    written[flow].push(...steps);
  });

  test.each(['movies', 'orders'] as const)('%s, with all that was written into it', async (flow) => {
    const ran = await checksAndRuns(flow);
    expect(written[flow].length).toBeGreaterThan(3);
    for (const step of written[flow]) expect(ran).toContain(`✓ ${step}/`);
  });

  test('what was written has the right types', () => {
    workspace.write({
      'tsconfig.json': {
        compilerOptions: {
          strict: true,
          noEmit: true,
          noUnusedLocals: true,
          target: 'es2022',
          module: 'esnext',
          moduleResolution: 'bundler',
          types: [join(ROOT, 'node_modules/@types/jest')],
        },
      },
    });
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const { stdout, status } = spawnSync(process.execPath, [tsc, '--skipLibCheck'], {
      cwd: workspace.folder,
      encoding: 'utf8',
    });
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });

  test('refuses in one sentence, and changes nothing', async () => {
    const before = contents();
    const { text, code } = await add('movies', 'clean', '--after=start');
    expect(text).toMatch(
      /FLOW_STEP_TWICE {2}There is a step "clean" in movies already \(movies\/movies\.flow\.ts:\d+\)/,
    );
    expect(code).toBe(1);
    expect((await add('movie', 'tidy', '--after=start')).text).toContain('Did you mean "movies"?');
    expect(contents()).toEqual(before);
  });
});

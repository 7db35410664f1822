/** How the workspace compiles: libraries by a condition of their own as sources, and libraries that are built first. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { npmEnv, plainEnv } from '../lib/env';
import { Workspace } from '../lib/workspace';

const SHOP = `
import { flow } from '@nx-flow/core';
import { price } from '@acme/lib';
const f = flow('shop');
export const start = f.start(() => ({ price: price(2) }));
export const late = f.step('late', { after: start }, async ({ self }) => {
  const { tax } = await import('@acme/lib/tax');
  return { total: self.price + tax };
});
export default f.end(late);
`;
const LIB = (factor: number) => `export const price = (count: number): number => count * ${factor};\n`;
const GIVEN = {
  '.': { '@acme/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
  './tax': { '@acme/source': './src/tax.ts', default: './dist/tax.js' },
};
/** What a compiler does, less its seconds: types away, and a mark of what was built. */
const BUILD = `
const { mkdirSync, readdirSync, readFileSync, writeFileSync } = require('node:fs');
mkdirSync('packages/lib/dist', { recursive: true });
for (const name of readdirSync('packages/lib/src')) {
  const text = readFileSync('packages/lib/src/' + name, 'utf8').replaceAll(': number', '');
  writeFileSync('packages/lib/dist/' + name.replace('.ts', '.js'), text);
}
`;

const files = (compilerOptions: object): Record<string, string | object> => ({
  'tsconfig.base.json': { compilerOptions: { composite: true, module: 'nodenext', ...compilerOptions } },
  'tsconfig.json': { extends: './tsconfig.base.json', files: [], references: [{ path: './packages/shop' }] },
  'packages/shop/package.json': { name: '@acme/shop', type: 'module', dependencies: { '@acme/lib': '*' } },
  'packages/shop/tsconfig.json': {
    ...{ extends: '../../tsconfig.base.json', files: [], include: [] },
    references: [{ path: './tsconfig.lib.json' }, { path: '../lib' }],
  },
  'packages/shop/tsconfig.lib.json': { extends: '../../tsconfig.base.json', include: ['*.ts'] },
  'packages/shop/shop.flow.ts': SHOP,
  'packages/lib/package.json': { name: '@acme/lib', type: 'module', exports: GIVEN },
  'packages/lib/project.json': {
    name: '@acme/lib',
    targets: {
      build: {
        ...{ cache: true, inputs: ['{projectRoot}/src/**/*'], outputs: ['{projectRoot}/dist'] },
        ...{ executor: 'nx:run-commands', options: { command: 'node build.cjs' } },
      },
    },
  },
  'packages/lib/src/index.ts': LIB(10),
  'packages/lib/src/tax.ts': 'export const tax: number = 1;\n',
  'build.cjs': BUILD,
});

/** As pnpm links it: for the package that depends on it alone. */
function linked(name: string, compilerOptions: object): Workspace {
  const workspace = new Workspace(name, files(compilerOptions));
  const link = join(workspace.folder, 'packages/shop/node_modules/@acme/lib');
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(join(workspace.folder, 'packages/lib'), link, 'junction');
  return workspace;
}

const installed = (name: string) => join(process.env.NX_FLOW_E2E as string, 'node_modules', name);

const total = (text: string) => text.match(/total +number +\S+ B +(?:\S+ +)?(\d+)/)?.[1];

describe.each([
  ['whose libraries are sources by a condition', 'sources', { customConditions: ['@acme/source'] }, false],
  ['whose libraries are built', 'built', {}, true],
] as const)('in a workspace %s', (_, name, options, builds) => {
  const workspace = linked(name, options);
  const { warm: nx } = workspace;

  test('a flow runs, and its targets build what it needs, and nothing else', async () => {
    const ran = await nx('run', '@acme/shop');
    expect([ran.code, ran.text]).toEqual([0, expect.stringContaining('done in')]);
    expect(ran.text.includes('@acme/lib:build')).toBe(builds);
    const spun = await nx('spin', '@acme/shop', '--step=late');
    expect([spun.code, total(spun.text)]).toEqual([0, '21']);
  });

  test('the flow depends on the library, and why speaks of the code that runs', async () => {
    // As Nx has kept it.
    const kept = readFileSync(join(workspace.folder, '.nx/workspace-data/project-graph.json'), 'utf8');
    const { dependencies } = JSON.parse(kept);
    expect(dependencies['@acme/shop']).toContainEqual(expect.objectContaining({ target: '@acme/lib' }));
    await workspace.meanwhile({ 'packages/lib/src/index.ts': LIB(30) }, async () => {
      const why = await workspace.warmFlow('why', 'shop', 'start');
      // What was built stays until it is built anew.
      expect(why.text).toContain(builds ? 'nothing differs' : 'packages/lib/src/index.ts: price changed');
    });
  });

  test('a target of a step is replayed, and not after an edit of the library', async () => {
    const total = async () => {
      const { code, text } = await nx('run', '@acme/shop:spin-late');
      expect([code, text]).toEqual([0, expect.stringContaining('Successfully ran')]);
      return readFileSync(
        join(workspace.folder, 'dist/flow/shop/steps/late/artifacts/total.json'),
        'utf8',
      ).trim();
    };
    expect(await total()).toBe('21');
    expect((await nx('run', '@acme/shop:spin-late')).text).toMatch(/spin-late .*cache/);
    workspace.write({ 'packages/lib/src/index.ts': LIB(20) });
    expect(await total()).toBe('41');
  });
});

test('a workspace that pnpm has installed: sources by a condition, in a run, a spin and a Runner', () => {
  const workspace = new Workspace('pnpm', {
    ...files({ customConditions: ['@acme/source'] }),
    'pnpm-workspace.yaml': 'packages:\n  - packages/*\n',
    'package.json': { name: 'acme', private: true },
    'packages/shop/package.json': {
      ...{ name: '@acme/shop', type: 'module' },
      dependencies: { '@acme/lib': 'workspace:*', '@nx-flow/core': `link:${installed('@nx-flow/core')}` },
    },
    'packages/shop/test.mjs': `import { main } from '@nx-flow/core/cli';
import { Runner } from '@nx-flow/core/testing';
for (const args of [['run', 'shop'], ['spin', 'shop', 'late'], ['check']]) console.log(args[0], await main(args));
const runner = new Runner('packages/shop/shop.flow.ts');
const ran = await runner.run();
console.log(ran.status, await ran.run.artifacts.total, (await runner.spin('late', { from: ran })).artifacts.total);
await runner.dispose();
`,
  });
  const execute = (file: string, ...args: string[]) =>
    execFileSync(process.execPath, [file, ...args], {
      cwd: workspace.folder,
      encoding: 'utf8',
      env: plainEnv({ CI: '1' }),
    });
  const tools = join(process.env.NX_FLOW_E2E as string, 'pnpm');
  mkdirSync(tools, { recursive: true });
  const npm = ['install', 'pnpm@10', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  execFileSync('npm', [...npm, '--prefix', tools], {
    env: npmEnv(),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  workspace.unlink();
  const pnpm = join(tools, 'node_modules/pnpm/bin/pnpm.cjs');
  // Its own place for packages is beside those of other folders of this disk, and stays.
  execute(pnpm, 'install', '--offline', '--ignore-scripts', `--store-dir=${join(tools, 'store')}`);
  const told = execute(join(workspace.folder, 'packages/shop/test.mjs'));
  for (const part of ['run 0\n', 'spin 0\n', 'no problems', 'check 0\n']) expect(told).toContain(part);
  expect(total(told)).toBe('21');
  expect(told).toMatch(/\ndone 21 21\n$/);
});

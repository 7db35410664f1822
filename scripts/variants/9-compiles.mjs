/** A flow is imported, counted and drawn as the workspace compiles it. Long, because it is a list. */
import { rmSync, symlinkSync } from 'node:fs';
import { said } from './lib/workspace.mjs';

export const kind = 9;
export const title = 'How the workspace compiles';

const OURS = { compilerOptions: { customConditions: ['@acme/source'] } };
const GIVEN = { '@acme/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' };
const SOURCE = `export const from: string = 'source';\n`;
const BUILT = `export const from = 'built';\n`;

const flowOf = (imports = `import { from } from '@acme/lib';`) => `import { flow } from '@nx-flow/core';
${imports}
const f = flow('shop');
export const start = f.start(async () => ({ from: await from }));
export default f.end(start);
`;

/** A library with its source and a stale build, linked as a package manager does. */
const lib = (exports = GIVEN, more = {}) => ({
  'packages/lib/package.json': { name: '@acme/lib', type: 'module', exports, ...more },
  'packages/lib/src/index.ts': SOURCE,
  'packages/lib/dist/index.js': BUILT,
});

function place(w, files, folder = '.') {
  const all = { ...lib(), 'shop/shop.flow.ts': flowOf(), ...files };
  for (const [name, content] of Object.entries(all))
    w.write(`${folder}/${name}`, typeof content === 'string' ? content : JSON.stringify(content));
  if (folder !== '.') w.write(`${folder}/package.json`, '{ "workspaces": ["packages/*"] }');
  w.write(`${folder}/node_modules/@acme/.keep`, '');
  symlinkSync(w.path(folder, 'packages/lib'), w.path(folder, 'node_modules/@acme/lib'), 'junction');
}

async function spun(w, step = 'start', options = {}) {
  const result = await w.flow('spin', 'shop', step, '--json', options);
  if (result.code !== 0) return said(result);
  return JSON.parse(result.stdout.trim().split('\n').at(-1)).artifacts.from.preview;
}

/** A spin, a run and `why` take the same file: the source, or what was built. */
const takes = (expected, files) => async (w) => {
  place(w, files);
  const got = await spun(w);
  if (got !== `"${expected}"`) return `A spin took ${got}, not "${expected}".`;
  await w.ok('run', 'shop', '--max-workers=1');
  const { artifacts } = JSON.parse((await w.ok('dump', 'shop', '1/start', '--json')).stdout);
  if (artifacts.from !== expected) return `A run took ${artifacts.from}, not ${expected}.`;
  // What is not taken may be edited without an effect.
  w.write('packages/lib/src/index.ts', expected === 'source' ? SOURCE : SOURCE.replace('source', 'edited'));
  w.write('packages/lib/dist/index.js', expected === 'built' ? BUILT : BUILT.replace('built', 'edited'));
  const same = await w.flow('why', 'shop', 'start');
  if (!same.stdout.includes('nothing differs'))
    return `why ${said(same)}, after an edit of what is not taken.`;
  const [file, text] = expected === 'built' ? ['dist/index.js', BUILT] : ['src/index.ts', SOURCE];
  w.write(`packages/lib/${file}`, text.replace(expected, 'edited'));
  const other = await w.flow('why', 'shop', 'start');
  return other.stdout.includes(`packages/lib/${file}`)
    ? undefined
    : `why ${said(other)}, after an edit of ${file}.`;
};

/** All commands in a folder of a name that means something in a URL. */
const inFolder = (folder) => async (w) => {
  place(
    w,
    {
      'tsconfig.json': { compilerOptions: { module: 'nodenext', customConditions: ['@acme/source'] } },
      'shop/shop.flow.ts': flowOf(
        `import { near } from './near';\nimport { from as lib } from '@acme/lib';\nconst from = import('./near').then((late) => [lib, near, late.near].join());`,
      ),
      'shop/near.ts': `export const near: string = 'near';`,
      'esm/esm.flow.mts': `${flowOf(`import { near } from './near.mjs';\nimport { from as lib } from '@acme/lib';\nawait null;\nconst from = import('./near.mjs').then((late) => [lib, near, late.near].join());`).replace("'shop'", "'esm'")}`,
      'esm/near.mts': `export const near: string = 'near';`,
    },
    folder,
  );
  const cwd = w.path(folder);
  for (const name of ['shop', 'esm']) {
    const ran = await w.flow('run', name, '--max-workers=1', { cwd });
    if (ran.code !== 0) return `The run of ${name} ended with ${said(ran)}`;
    const { stdout } = await w.flow('dump', name, '1/start', '--json', { cwd });
    if (!stdout.includes('"source,near,near"')) return `The run of ${name} has ${stdout}`;
    const spin = await w.flow('spin', name, 'start', { cwd });
    if (spin.code !== 0) return `The spin of ${name} ended with ${said(spin)}`;
    const why = await w.flow('why', name, 'start', { cwd });
    if (!why.stdout.includes('nothing differs')) return `why ${name} ${said(why)}`;
  }
  const checked = await w.flow('check', { cwd });
  return checked.stdout.includes('2 flows, no problems') ? undefined : `check ended with ${said(checked)}`;
};

const DECORATED = `const noted = (..._: unknown[]): any => {};\nexport class Films {\n  @noted title = '';\n}\nexport const from = 'x';\n`;
const METADATA = { compilerOptions: { experimentalDecorators: true, emitDecoratorMetadata: true } };

/** `check` tells of a decorator that would read metadata, with its place. */
const tells = (place_, files) => async (w) => {
  place(w, files);
  const { stdout, ...rest } = await w.flow('check');
  return stdout.includes('emitDecoratorMetadata') && stdout.includes(place_)
    ? undefined
    : `check does not tell of ${place_}: ${said({ stdout, ...rest })}`;
};

/** What Nx knows of the workspace. */
async function nxGraph(w) {
  w.link('nx', '@nx/devkit', 'typescript');
  const made = await w.nx('graph', '--file=graph.json', { limit: 60_000 });
  if (made.code !== 0) throw new Error(said(made));
  return JSON.parse(w.read('graph.json')).graph;
}
const NX = {
  'nx.json': { analytics: false, plugins: ['@nx-flow/plugin'] },
  'package.json': { name: 'acme', private: true, workspaces: ['packages/*', 'shop'] },
  'shop/package.json': { name: '@acme/shop' },
};

export const variants = [
  {
    name: 'conditions of what the tsconfig extends, twice removed',
    check: takes('source', {
      'tsconfig.base.json': OURS,
      'tsconfig.node.json': { extends: './tsconfig.base.json', compilerOptions: { strict: true } },
      'shop/tsconfig.json': { extends: ['../tsconfig.node.json'], compilerOptions: { module: 'nodenext' } },
    }),
  },
  {
    name: 'several conditions, of which the library has the second',
    check: takes('source', {
      'tsconfig.json': { compilerOptions: { customConditions: ['@other/dev', '@acme/source'] } },
    }),
  },
  {
    name: 'conditions of the referenced project that includes the flow',
    check: takes('source', {
      'shop/tsconfig.json': {
        files: [],
        references: [{ path: './tsconfig.spec.json' }, { path: './tsconfig.app.json' }],
      },
      'shop/tsconfig.spec.json': { include: ['*.spec.ts'] },
      'shop/tsconfig.app.json': { ...OURS, include: ['*.ts'], exclude: ['*.spec.ts'] },
    }),
  },
  {
    name: 'a condition inside of other conditions, in a package of ES modules',
    check: takes('source', {
      ...lib({
        '.': {
          node: { '@acme/source': { import: './src/index.ts', require: './src/index.ts' } },
          default: './dist/index.js',
        },
      }),
      'tsconfig.json': OURS,
      'shop/package.json': { name: 'shop', type: 'module' },
    }),
  },
  {
    name: 'a pattern of subpaths, imported when the step is executed',
    check: takes('source', {
      ...lib({ './*': { '@acme/source': './src/*.ts', default: './dist/*.js' } }),
      'tsconfig.json': OURS,
      'shop/shop.flow.ts': flowOf('const from = null;').replace(
        'await from',
        "(await import('@acme/lib/index')).from",
      ),
    }),
  },
  {
    name: 'an inner name (#lib) of the package that has conditions',
    check: takes('source', {
      'shop/package.json': {
        name: 'shop',
        imports: { '#lib': { '@acme/source': '@acme/lib', default: './fallback.js' } },
      },
      'shop/fallback.js': `exports.from = 'fallback';`,
      'tsconfig.json': OURS,
      'shop/shop.flow.ts': flowOf(`import { from } from '#lib';`),
    }),
  },
  {
    name: 'a library that is reached through another one',
    check: takes('source', {
      'tsconfig.json': OURS,
      'packages/mid/package.json': {
        name: '@acme/mid',
        exports: { '@acme/source': './mid.ts', default: './no.js' },
      },
      'packages/mid/mid.ts': `export { from } from '@acme/lib';`,
      'shop/shop.flow.ts': flowOf(`import { from } from '../packages/mid/mid';`),
    }),
  },
  {
    name: 'a library that was never built: run, check and Runner',
    check: async (w) => {
      place(w, { 'tsconfig.json': OURS });
      rmSync(w.path('packages/lib/dist'), { recursive: true });
      const checked = await w.flow('check');
      if (checked.code !== 0) return `check ended with ${said(checked)}`;
      w.write(
        'test.mjs',
        `import { Runner } from '@nx-flow/core/testing';
         const runner = new Runner('shop/shop.flow.ts');
         const ran = await runner.run();
         console.log(ran.status, await ran.run.artifacts.from, (await runner.spin('start')).artifacts.from);
         await runner.dispose();`,
      );
      const tested = await w.node('test.mjs');
      return tested.stdout === 'done source source\n' ? undefined : `Runner gave ${said(tested)}`;
    },
  },
  {
    name: 'conditions that the project unsets: what was built',
    check: takes('built', {
      'tsconfig.json': OURS,
      'shop/tsconfig.json': { extends: '../tsconfig.json', compilerOptions: { customConditions: null } },
    }),
  },
  {
    name: 'edges of the graph of Nx lead to a library by a condition that is not built (also before)',
    check: async (w) => {
      place(w, { ...NX, 'tsconfig.json': OURS, ...lib({ '@acme/source': './src/index.ts' }) });
      rmSync(w.path('packages/lib/dist'), { recursive: true });
      const { dependencies } = await nxGraph(w);
      const targets = (dependencies['@acme/shop'] ?? []).map(({ target }) => target);
      return targets.includes('@acme/lib')
        ? undefined
        : `@acme/shop depends on ${targets.join(', ') || 'nothing'}.`;
    },
  },
  {
    name: 'targets of a flow that imports a built library build it first, through an inner name too',
    check: async (w) => {
      place(w, {
        ...NX,
        ...lib({ default: './dist/index.js' }),
        'packages/lib/project.json': {
          name: '@acme/lib',
          targets: { build: { command: 'node build.cjs', outputs: ['{projectRoot}/dist'] } },
        },
        'shop/package.json': {
          name: '@acme/shop',
          imports: { '#lib': '@acme/lib' },
          dependencies: { '@acme/lib': '*' },
        },
        'shop/shop.flow.ts': flowOf(`import { from } from '#lib';`),
      });
      const { nodes } = await nxGraph(w);
      const { targets } = nodes['@acme/shop'].data;
      const without = Object.entries(targets).filter(
        ([name, { executor, dependsOn = [] }]) =>
          /^(run|spin)/.test(name) && executor !== 'nx:noop' && !dependsOn.includes('^build'),
      );
      return without.length === 0
        ? undefined
        : `${without.map(([name]) => name).join(', ')} do not depend on ^build.`;
    },
  },
  { name: 'a folder named "who? what?"', check: inFolder('who? what?') },
  { name: 'a folder named "a#b/50% [x]?.d"', check: inFolder('a#b/50% [x]?.d') },
  { name: 'a folder named "%3F&é+東"', check: inFolder('%3F&é+東') },
  {
    name: "a flow's file with a question mark in its name, that imports a neighbour",
    check: async (w) => {
      place(w, {
        'shop/why?.flow.ts': flowOf(`import { from } from './where';`),
        'shop/where.ts': SOURCE,
      });
      rmSync(w.path('shop/shop.flow.ts'));
      const got = await spun(w);
      return got === '"source"' ? undefined : `A spin gave ${got}`;
    },
  },
  {
    name: 'emitDecoratorMetadata of what the tsconfig of a library extends',
    check: tells('packages/films/films.ts:3:3', {
      'packages/films/tsconfig.base.json': METADATA,
      'packages/films/tsconfig.json': { extends: './tsconfig.base.json' },
      'packages/films/films.ts': DECORATED,
      'shop/shop.flow.ts': flowOf(`import { from } from '../packages/films/films';`),
    }),
  },
  {
    name: 'emitDecoratorMetadata of a referenced project, in a library by a condition',
    check: tells('packages/lib/src/index.ts:3:3', {
      'tsconfig.json': OURS,
      'packages/lib/tsconfig.json': { files: [], references: [{ path: './tsconfig.lib.json' }] },
      'packages/lib/tsconfig.lib.json': { ...METADATA, include: ['src'] },
      'packages/lib/src/index.ts': DECORATED,
    }),
  },
  {
    name: 'emitDecoratorMetadata, and a class that is imported when a step is executed',
    check: tells('shop/late.ts:3:3', {
      'tsconfig.json': METADATA,
      'shop/late.ts': DECORATED,
      'shop/shop.flow.ts': flowOf(`const from = import('./late').then((late) => late.from);`),
    }),
  },
];

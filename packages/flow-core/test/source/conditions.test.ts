/** `customConditions` of a project: what a flow imports, and what its fingerprint counts, are the same files. */
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { SourceProcess } from '../kit/source';
import { Workspace } from '../kit/workspace';

type Files = Record<string, string | object>;

let source: SourceProcess;
let ws: Workspace;
beforeAll(() => {
  source = new SourceProcess();
  ws = new Workspace();
});
afterAll(() => Promise.all([source.close(), ws.dispose()]));

const OURS = { compilerOptions: { customConditions: ['@acme/source'] } };
const GIVEN = { '@acme/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' };

/** The name of a step says which file was imported; so do the files in the step's fingerprint. */
const FLOW = (imports = `import { from } from '@acme/lib';`) => `
import { flow } from '@nx-flow/core';
${imports}
const f = flow('shop');
const start = f.start(() => ({ a: 1 }));
export default f.end(f.step(from, { after: start }, () => ({ from })));
`;
const lib = (exports: unknown = GIVEN, more: object = {}): Files => ({
  'packages/lib/package.json': { name: '@acme/lib', type: 'module', exports, ...more },
  'packages/lib/src/index.ts': `export const from: string = 'source';`,
  'packages/lib/dist/index.js': `export const from = 'built';`,
});

/** Each has a folder of its own in the workspace: modules are imported once. */
let count = 0;
function place(files: Files): string {
  const folder = `w${++count}`;
  const all = { 'package.json': { name: folder }, 'shop/shop.flow.ts': FLOW(), ...lib(), ...files };
  for (const [name, content] of Object.entries(all))
    ws.write(`${folder}/${name}`, typeof content === 'string' ? content : JSON.stringify(content));
  link(`${folder}/node_modules/@acme/lib`, `${folder}/packages/lib`);
  return folder;
}

function link(from: string, to: string): void {
  mkdirSync(dirname(ws.path(from)), { recursive: true });
  symlinkSync(ws.path(to), ws.path(from), 'junction');
}

/** The file that the flow imports, and the files of code that its fingerprint has. */
async function taken(folder: string, file = 'shop/shop.flow.ts') {
  const path = ws.path(folder, file);
  const { steps } = await source.loadFlow(path);
  const { other } = await source.fingerprintFlow({ file: path, flow: 'shop', root: ws.path(folder) });
  const counted = other.parts.filter(({ kind }) => kind === 'binding').map(({ name }) => name.split(':')[0]);
  return {
    imported: steps.at(1),
    counted: [...new Set(counted)].filter((name) => !name?.endsWith('.flow.ts')),
  };
}

const SOURCE = { imported: 'source', counted: ['packages/lib/src/index.ts'] };
const BUILT = { imported: 'built', counted: ['packages/lib/dist/index.js'] };

describe('the source is imported and counted', () => {
  test.each<[string, Files]>([
    ['by the nearest tsconfig.json', { 'shop/tsconfig.json': OURS }],
    [
      'by one with comments and trailing commas',
      {
        'tsconfig.json': `{ // ours
        "compilerOptions": { /* of all */ "customConditions": ["@acme/source",], }, }`,
      },
    ],
    [
      'by what it extends',
      {
        'tsconfig.base.json': OURS,
        'shop/tsconfig.json': { extends: '../tsconfig.base.json', compilerOptions: { strict: true } },
      },
    ],
    [
      'by the last of several that it extends',
      {
        'a.json': { compilerOptions: { customConditions: ['other'] } },
        'b.json': OURS,
        'c.json': { compilerOptions: { strict: true } },
        'shop/tsconfig.json': { extends: ['../a.json', '../b', '../c.json'] },
      },
    ],
    [
      'by a package that it extends',
      {
        'node_modules/@acme/tsconfig/package.json': {
          name: '@acme/tsconfig',
          exports: { './node': './presets/n.json' },
        },
        'node_modules/@acme/tsconfig/presets/n.json': { extends: './base.json' },
        'node_modules/@acme/tsconfig/presets/base.json': OURS,
        'shop/tsconfig.json': { extends: '@acme/tsconfig/node' },
      },
    ],
    [
      'by a package that names its tsconfig',
      {
        'node_modules/presets/package.json': { name: 'presets', tsconfig: 'strict.json' },
        'node_modules/presets/strict.json': OURS,
        'shop/tsconfig.json': { extends: 'presets' },
      },
    ],
    [
      'by the project of several that includes the flow',
      {
        'shop/tsconfig.json': {
          files: [],
          references: [{ path: './tests.json' }, { path: './tsconfig.lib.json' }],
        },
        'shop/tests.json': { include: ['**/*.test.ts'], compilerOptions: { customConditions: ['other'] } },
        'shop/tsconfig.lib.json': { ...OURS, include: ['.'], exclude: ['**/*.test.ts'] },
      },
    ],
    [
      'by a reference to a folder',
      {
        'tsconfig.json': { files: [], references: [{ path: './shop/project' }] },
        'shop/project/tsconfig.json': { ...OURS, include: ['../*.flow.ts'] },
      },
    ],
    [
      'where a pattern gives it',
      {
        ...lib({ './*': { '@acme/source': './src/*.ts', default: './dist/*.js' } }),
        'shop/tsconfig.json': OURS,
        'shop/shop.flow.ts': FLOW(`import { from } from '@acme/lib/index';`),
      },
    ],
    [
      'where conditions are inside others',
      {
        ...lib({
          '.': {
            node: { '@acme/source': { import: './src/index.ts', require: './src/index.ts' } },
            default: './dist/index.js',
          },
        }),
        'shop/tsconfig.json': OURS,
      },
    ],
    [
      'where its name has the extension of what is built',
      {
        ...lib({ '@acme/source': './src/index.js', default: './dist/index.js' }),
        'shop/tsconfig.json': OURS,
      },
    ],
    [
      'by an inner name that leads to the package',
      {
        'package.json': { name: 'inner', imports: { '#lib': '@acme/lib' } },
        'shop/tsconfig.json': OURS,
        'shop/shop.flow.ts': FLOW(`import { from } from '#lib';`),
      },
    ],
    [
      'by an inner name that has conditions',
      {
        'package.json': {
          name: 'inner',
          imports: {
            '#lib': {
              '@acme/source': './packages/lib/src/index.ts',
              default: './packages/lib/dist/index.js',
            },
          },
        },
        'shop/tsconfig.json': OURS,
        'shop/shop.flow.ts': FLOW(`import { from } from '#lib';`),
      },
    ],
    [
      'by a library that imports it',
      {
        'packages/lib/src/index.ts': `export { from } from '@acme/deep';`,
        'packages/deep/package.json': { name: '@acme/deep' },
        'node_modules/@acme/deep/package.json': {
          name: '@acme/deep',
          exports: { '.': { '@acme/source': './i.ts', default: './i.js' } },
        },
        'node_modules/@acme/deep/i.ts': `export const from: string = 'source';`,
        'node_modules/@acme/deep/i.js': `exports.from = 'built';`,
        'shop/tsconfig.json': OURS,
      },
    ],
    [
      'by ES modules',
      {
        'shop/package.json': { name: 'shop', type: 'module' },
        'shop/tsconfig.json': OURS,
      },
    ],
    [
      'by one that awaits at its top, which the ES loader loads',
      {
        'shop/package.json': { name: 'shop', type: 'module' },
        'shop/tsconfig.json': OURS,
        'shop/shop.flow.ts': FLOW(`const { from } = await import('@acme/lib');`),
      },
    ],
  ])('%s', async (name, files) => {
    const folder = place(files);
    const { imported, counted } = await taken(folder);
    expect(imported).toBe('source');
    // The one of an installed package counts by its version.
    expect(counted).toEqual(name === 'by a library that imports it' ? [] : SOURCE.counted);
  });
});

describe('what was built is imported and counted', () => {
  test.each<[string, Files]>([
    ['without any tsconfig', {}],
    ['without conditions of its own', { 'tsconfig.json': { compilerOptions: { strict: true } } }],
    [
      'by a project that has none of its workspace',
      {
        'tsconfig.json': OURS,
        'shop/tsconfig.json': { compilerOptions: { strict: true } },
      },
    ],
    [
      'by a project that unsets them',
      {
        'tsconfig.json': OURS,
        'shop/tsconfig.json': { extends: '../tsconfig.json', compilerOptions: { customConditions: null } },
      },
    ],
    [
      'by a project that has others',
      {
        'tsconfig.json': OURS,
        'shop/tsconfig.json': {
          extends: '../tsconfig.json',
          compilerOptions: { customConditions: ['@other/source'] },
        },
      },
    ],
    [
      'where the package comes without its sources',
      {
        ...lib({ '@acme/source': './lost/index.ts', default: './dist/index.js' }),
        'shop/tsconfig.json': OURS,
      },
    ],
    [
      'where another condition that holds stands above',
      {
        ...lib({ node: './dist/index.js', '@acme/source': './src/index.ts' }),
        'shop/tsconfig.json': OURS,
      },
    ],
  ])('%s', async (_, files) => {
    expect(await taken(place(files))).toEqual(BUILT);
  });
});

test('a library that is not built is found, and one that is neither is missing by its name', async () => {
  const folder = place({ 'shop/tsconfig.json': OURS });
  rmSync(ws.path(folder, 'packages/lib/dist'), { recursive: true });
  expect(await taken(folder)).toEqual(SOURCE);
  const none = place({ 'shop/tsconfig.json': {} });
  rmSync(ws.path(none, 'packages/lib/dist'), { recursive: true });
  await expect(taken(none)).rejects.toMatchObject({ code: 'FLOW_IMPORT' });
});

test('two flows of one process have the conditions of their own projects', async () => {
  const folder = place({
    'shop/tsconfig.json': OURS,
    'plain/tsconfig.json': {},
    'plain/shop.flow.ts': FLOW(),
    'shared/index.ts': `export { from } from '@acme/lib';`,
    'shop/through.flow.ts': FLOW(`import { from } from '../shared';`),
    'plain/through.flow.ts': FLOW(`import { from } from '../shared';`),
  });
  expect(await taken(folder)).toEqual(SOURCE);
  expect(await taken(folder, 'plain/shop.flow.ts')).toEqual(BUILT);
  expect((await taken(folder, 'shop/through.flow.ts')).imported).toBe('source');
  expect((await taken(folder, 'plain/through.flow.ts')).imported).toBe('built');
});

test('an edit of what was built is nothing to a step that imports the source, and the other way round', async () => {
  const folder = place({ 'shop/tsconfig.json': OURS });
  const digest = async () => {
    const file = ws.path(folder, 'shop/shop.flow.ts');
    return (await source.fingerprintFlow({ file, flow: 'shop', root: ws.path(folder) })).other.digest;
  };
  const before = await digest();
  ws.write(`${folder}/packages/lib/dist/index.js`, `export const from = 'built anew';`);
  expect(await digest()).toBe(before);
  ws.write(`${folder}/packages/lib/src/index.ts`, `export const from: string = 'edited';`);
  expect(await digest()).not.toBe(before);
});

test('where a test runner has loaded another file, that one counts', async () => {
  const folder = place({ 'shop/tsconfig.json': OURS });
  const counted = async (...loaded: string[]) => {
    const file = ws.path(folder, 'shop/shop.flow.ts');
    const root = ws.path(folder);
    const { other } = await source.fingerprintFlow({ file, flow: 'shop', root, loaded });
    return other.parts.filter(({ name }) => name.startsWith('packages/lib/')).map(({ name }) => name);
  };
  const built = ws.path(folder, 'packages/lib/dist/index.js');
  expect((await counted(built)).filter((name) => name.includes('src/'))).toEqual([]);
  expect(await counted(built)).toContain('packages/lib/dist/index.js: from');
  expect(await counted('/elsewhere.js')).toContain('packages/lib/src/index.ts: from');
});

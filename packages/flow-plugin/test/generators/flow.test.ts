import { EMPTY, Generators } from '../kit/generators';

let generators: Generators;
beforeAll(() => {
  generators = new Generators();
});
afterAll(() => generators.close());

const FILES: Record<string, string> = {
  ...EMPTY,
  'apps/shop/project.json': '{ "name": "shop" }',
  'packages/media/package.json': '{ "name": "@acme/media" }',
};
const generate = (options: object, files: Record<string, string> = {}) =>
  generators.run('flow', { ...FILES, ...files }, options);
/** The flow's file, or why there is none. */
const placed = async (options: object, files?: Record<string, string>) => {
  const { written, error } = await generate(options, files);
  return error?.message ?? Object.keys(written).find((file) => file.endsWith('.flow.ts'));
};
const CORE = `import { flow } from '@nx-flow/core';\n`;
const made = (name: string, f = 'f') =>
  `const ${f} = flow('${name}');\nexport const ${name} = ${f}.end(${f}.start(() => ({})));\n`;

test.each([
  [{ name: 'movies' }, 'movies/movies.flow.ts'],
  [{ name: 'movies.flow.ts' }, 'movies/movies.flow.ts'],
  [{ name: './movies' }, 'movies/movies.flow.ts'],
  [{ name: 'flows/movies' }, 'flows/movies/movies.flow.ts'],
  [{ name: 'by-genre', cwd: 'flows' }, 'flows/by-genre/by-genre.flow.ts'],
  [{ name: 'flows/movies', cwd: 'flows' }, 'flows/movies/movies.flow.ts'],
  // In a project, its folder is as good as any.
  [{ name: 'apps/shop/movies' }, 'apps/shop/movies.flow.ts'],
  [{ name: 'packages/media/src/movies' }, 'packages/media/src/movies.flow.ts'],
  [{ name: 'src/movies', cwd: 'packages/media' }, 'packages/media/src/movies.flow.ts'],
  [{ name: 'movies', cwd: 'apps/shop' }, 'apps/shop/movies.flow.ts'],
  // A folder that is named is the one.
  [{ name: 'movies', directory: 'flows' }, 'flows/movies.flow.ts'],
  [{ name: 'movies', directory: '.' }, 'movies.flow.ts'],
  [{ name: 'movies', directory: '../flows', cwd: 'apps' }, 'flows/movies.flow.ts'],
  // From a project's root.
  [{ name: 'movies', project: 'shop' }, 'apps/shop/movies.flow.ts'],
  [{ name: 'src/movies', project: '@acme/media', cwd: 'apps' }, 'packages/media/src/movies.flow.ts'],
  [{ name: 'movies', project: 'shop', directory: 'flows' }, 'apps/shop/flows/movies.flow.ts'],
])('%j goes to %s', async (options, file) => {
  expect(await placed(options)).toBe(file);
});

test.each([
  [
    { name: 'my movies' },
    'FLOW_NAME  The flow\'s name "my movies" is not usable: letters, digits, _ and -, starting with a letter.',
  ],
  [{ name: '2024' }, expect.stringContaining('FLOW_NAME')],
  [{ name: '' }, expect.stringContaining('FLOW_NAME')],
  [
    { name: 'movies', project: 'shoop' },
    'FLOW_PROJECT_NOT_FOUND  There is no project "shoop" in this workspace. Did you mean "shop"?',
  ],
  [
    { name: 'shop' },
    'FLOW_PROJECT_TAKEN  shop would be a project, and apps/shop is called so already: put the flow there with --project=shop, or choose another folder.',
  ],
  [{ name: 'movies', directory: 'shop' }, expect.stringContaining('FLOW_PROJECT_TAKEN')],
  [
    { name: '../movies' },
    'FLOW_OUTSIDE  ../movies is not in the workspace: give a path from its root, or from your folder in it.',
  ],
  [
    { name: 'taken', directory: 'old' },
    'FLOW_FILE_EXISTS  old/taken.flow.ts exists already: choose another name, or another folder with --directory.',
  ],
  [
    { name: 'taken' },
    'FLOW_AMBIGUOUS  There is a flow "taken" already, in old/taken.flow.ts: flows are found by their names, so choose another.',
  ],
  [{ name: 'second' }, expect.stringContaining('in old/several.flow.ts')],
  [{ name: 'broken' }, expect.stringContaining('in old/broken.flow.ts')],
])('%j is refused in one sentence, and nothing is written', async (options, sentence) => {
  const { written, error } = await generate(options, {
    'old/taken.flow.ts': CORE + made('taken'),
    'old/several.flow.ts': CORE + made('first') + made('second', 'g'),
    'old/broken.flow.ts': 'const f = = 1;',
    // Nobody looks there.
    'dist/movies.flow.ts': CORE + made('movies'),
  });
  expect(error?.message).toEqual(sentence);
  expect(written).toEqual({});
});

test.each([
  ['none', {}],
  ['jest', { 'package.json': '{ "devDependencies": { "jest": "30.0.0", "vitest": "4.0.0" } }' }],
  ['vitest', { 'package.json': '{ "devDependencies": { "vitest": "4.0.0" } }' }],
  ['vitest', { 'package.json': '{ "dependencies": { "jest": "30.0.0" } }', 'vitest.config.mts': '' }],
  ['vitest', { 'apps/shop/vitest.config.ts': '', 'jest.config.js': '' }],
  ['jest', { 'apps/shop/jest.config.ts': '', 'vitest.workspace.ts': '' }],
])('a test is written for what the nearest folder has: %s', async (runner, files) => {
  const { written, said, error } = await generate({ name: 'apps/shop/movies' }, files);
  expect(error).toBeUndefined();
  const text = written['apps/shop/movies.flow.test.ts'];
  if (runner === 'none') {
    expect(text).toBeUndefined();
    expect(said.join('\n')).toContain('There is neither jest nor vitest here, so no test is written');
  } else {
    expect(text).toContain(`import '@nx-flow/core/testing/${runner}';`);
    expect(said.join('\n')).not.toContain('neither');
  }
});

test('the runner that is asked for is taken; none of them needs no word', async () => {
  const files = { 'jest.config.js': '' };
  const vitest = await generate({ name: 'movies', testRunner: 'vitest' }, files);
  expect(vitest.written['movies/movies.flow.test.ts']).toContain(
    `import { afterAll, expect, test } from 'vitest';`,
  );
  const none = await generate({ name: 'movies', testRunner: 'none' }, files);
  expect(Object.keys(none.written)).not.toContain('movies/movies.flow.test.ts');
  expect(none.said).toEqual([expect.stringContaining('flowOutputs')]);
});

describe('what a test lacks is said', () => {
  const SET_UP = { plugins: ['@nx-flow/plugin'], namedInputs: { default: [], flowOutputs: [] } };
  const lacks = async (files: Record<string, string | object>, options: object = {}) => {
    const texts = Object.entries({ 'nx.json': SET_UP, ...files }).map(([file, content]) => [
      file,
      typeof content === 'string' ? content : JSON.stringify(content),
    ]);
    const { said } = await generate({ name: 'apps/shop/src/movies', ...options }, Object.fromEntries(texts));
    return said;
  };
  const JEST = { devDependencies: { jest: '30.0.0' } };
  const TESTED = { 'apps/shop/project.json': { name: 'shop', targets: { test: {} } } };
  const target = (command: string, place: string) =>
    `No target "test" executes the flow's test: "targets": { "test": { "command": "${command}" } } in ${place} makes one.`;

  test('a configuration of jest, which does not read TypeScript without', async () => {
    expect(await lacks({ ...TESTED, 'package.json': JEST })).toEqual([
      'jest reads no TypeScript as it is, and no configuration of it covers apps/shop/src: { "transform": { "[.]ts$": "@swc/jest" } } in jest.config.json is enough, with @swc/jest and @swc/core installed.',
    ]);
    const modules = {
      'package.json': { ...JEST, type: 'module' },
      'tsconfig.base.json': { compilerOptions: { module: 'nodenext' } },
    };
    expect(await lacks({ ...TESTED, ...modules })).toEqual([
      expect.stringContaining('"moduleNameMapper": { "^([.]+/.*)[.]js$": "$1" }'),
    ]);
  });

  test.each([['jest.config.ts'], ['apps/shop/jest.config.json'], ['apps/shop/src/vitest.config.mts']])(
    'nothing where %s covers it, and the project has a target',
    async (file) => {
      expect(await lacks({ ...TESTED, [file]: '{}' })).toEqual([]);
    },
  );

  test('nothing where package.json configures jest, nor where Vitest needs no configuration', async () => {
    expect(await lacks({ ...TESTED, 'package.json': { ...JEST, jest: { preset: 'ts-jest' } } })).toEqual([]);
    expect(await lacks(TESTED, { testRunner: 'vitest' })).toEqual([]);
  });

  test('a place among the projects that a configuration lists', async () => {
    const root = { 'jest.config.ts': 'export default { projects: await getJestProjectsAsync() };' };
    expect(await lacks({ ...TESTED, ...root })).toEqual([
      'jest.config.ts lists projects: for the test to run, apps/shop has to be one of them, with a configuration that transforms TypeScript.',
    ]);
    expect(await lacks({ ...TESTED, ...root, 'apps/shop/jest.config.ts': '' })).toEqual([]);
    expect(await lacks({ ...TESTED, 'vitest.config.ts': `{ test: { projects: ['apps/*'] } }` })).toEqual([
      'vitest.config.ts lists projects: for the test to run, apps/shop has to be one of them.',
    ]);
  });

  test('a target', async () => {
    const config = { 'jest.config.js': '' };
    expect(await lacks(config)).toEqual([target('npx jest apps/shop/src', 'apps/shop/project.json')]);
    expect(await lacks(config, { name: 'movies' })).toEqual([
      target('npx jest movies', 'movies/project.json'),
    ]);
    expect(await lacks({ 'apps/shop/jest.config.js': '' })).toEqual([
      target('npx jest --config=apps/shop/jest.config.js', 'apps/shop/project.json'),
    ]);
    expect(await lacks({ 'apps/shop/vitest.config.ts': '' })).toEqual([
      target('npx vitest run --root=apps/shop', 'apps/shop/project.json'),
    ]);
    const media = { name: 'packages/media/movies' };
    expect(await lacks(config, media)).toEqual([
      target('npx jest packages/media', '"nx" of packages/media/package.json'),
    ]);
    const manifest = { name: '@acme/media', scripts: { test: 'jest' } };
    expect(await lacks({ ...config, 'packages/media/package.json': manifest }, media)).toEqual([]);
  });
});

test.each([
  ['movies', 'movies'],
  ['by-genre', 'byGenre'],
  ['class', 'classFlow'],
  ['city', 'cityFlow'],
  ['a-', 'a'],
])('the test of a flow called %s imports it as %s', async (name, local) => {
  const { written } = await generate({ name, testRunner: 'jest' });
  expect(written[`${name}/${name}.flow.test.ts`]).toContain(
    `import ${local}, { city, ranking } from './${name}.flow';\n\nconst runner = new Runner(${local});`,
  );
});

test.each([
  ['module', 'nodenext', './movies.flow.js'],
  ['module', 'esnext', './movies.flow'],
  ['commonjs', 'node20', './movies.flow'],
])('in a package of type %s, with modules as of %s, the test imports %s', async (type, module, specifier) => {
  const files = {
    'packages/media/package.json': JSON.stringify({ name: '@acme/media', type }),
    'tsconfig.base.json': `{ "compilerOptions": { "module": "${module}" } } // ours`,
  };
  const { written } = await generate({ name: 'packages/media/src/movies', testRunner: 'vitest' }, files);
  expect(written['packages/media/src/movies.flow.test.ts']).toContain(`from '${specifier}';`);
});

test('the workspace is set up on the way; tsx is not loaded', async () => {
  const { written, tsx } = await generate({ name: 'movies' });
  expect(Object.keys(written).sort()).toEqual([
    '.gitignore',
    'movies/movies.flow.ts',
    'nx.json',
    'package.json',
  ]);
  expect(tsx).toBe(false);
  const lean = await generate({ name: 'movies', skipPackageJson: true });
  expect(Object.keys(lean.written)).not.toContain('package.json');
});

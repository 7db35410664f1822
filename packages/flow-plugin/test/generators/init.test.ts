import { version } from '../../package.json';
import { EMPTY, Generators } from '../kit/generators';

let generators: Generators;
beforeAll(() => {
  generators = new Generators();
});
afterAll(() => generators.close());

const init = async (files: Record<string, string | object>, options: object = {}) => {
  const texts = Object.entries(files).map(([file, content]) => [
    file,
    typeof content === 'string' ? content : JSON.stringify(content),
  ]);
  return generators.run('init', Object.fromEntries(texts), options);
};
const FLOW_OUTPUTS = [{ dependentTasksOutputFiles: 'dist/flow/**/artifacts.json' }];
const json = (text: string | undefined) => JSON.parse(text ?? '{}');

test('an empty workspace gets the plugin, what flows import, and what git ignores', async () => {
  const { written, said, error } = await init(EMPTY);
  expect(error).toBeUndefined();
  expect(said).toEqual([
    'nx.json has the named input "flowOutputs" now, for targets that take what steps hand over.',
  ]);
  expect(json(written['nx.json'])).toEqual({
    namedInputs: { default: ['{projectRoot}/**/*'], flowOutputs: FLOW_OUTPUTS },
    plugins: ['@nx-flow/plugin'],
  });
  expect(json(written['package.json'])).toEqual({
    name: 'acme',
    private: true,
    workspaces: ['packages/*'],
    dependencies: { '@nx-flow/core': version, zod: '^4.0.0' },
    devDependencies: {},
  });
  expect(written['.gitignore']).toBe('.flow\ndist\n');
});

test('again, it changes nothing', async () => {
  const { written } = await init(EMPTY);
  const again = await init({ ...EMPTY, ...written });
  expect(again).toMatchObject({ written: {}, said: [] });
});

test('other plugins stay, those that are a name and those that are an object', async () => {
  const others = [
    '@nx/js',
    { plugin: '@nx/vite/plugin', options: { buildTargetName: 'b' }, include: ['apps/*'] },
  ];
  const { written } = await init({ ...EMPTY, 'nx.json': { plugins: others, targetDefaults: { build: {} } } });
  expect(json(written['nx.json'])).toMatchObject({
    plugins: [...others, '@nx-flow/plugin'],
    targetDefaults: { build: {} },
  });
});

test('a plugin that is registered, in whatever way, is left as it is', async () => {
  const entry = { plugin: '@nx-flow/plugin', exclude: ['old/**'] };
  const { written } = await init({ ...EMPTY, 'nx.json': { plugins: [entry, '@nx/js'] } });
  expect(json(written['nx.json']).plugins).toEqual([entry, '@nx/js']);
});

test('named inputs that are there stay, those of our names too; missing ones are added', async () => {
  const named = { default: ['sharedGlobals'], sharedGlobals: [], flowOutputs: ['default'] };
  const kept = await init({ ...EMPTY, 'nx.json': { namedInputs: named } });
  expect(json(kept.written['nx.json']).namedInputs).toEqual(named);
  expect(kept.said).toEqual([]);
  const registered = { plugins: ['@nx-flow/plugin'], namedInputs: { default: [], production: ['default'] } };
  const added = await init({ ...EMPTY, 'nx.json': registered });
  expect(json(added.written['nx.json'])).toEqual({
    ...registered,
    namedInputs: { ...registered.namedInputs, flowOutputs: FLOW_OUTPUTS },
  });
  const bare = await init({ ...EMPTY, 'nx.json': { namedInputs: { production: [] } } });
  expect(json(bare.written['nx.json']).namedInputs).toEqual({
    default: ['{projectRoot}/**/*'],
    production: [],
    flowOutputs: FLOW_OUTPUTS,
  });
});

test.each([
  ['node_modules\n', 'node_modules\n.flow\ndist\n'],
  ['node_modules', 'node_modules\n.flow\ndist\n'],
  ['node_modules\r\ndist\r\n', 'node_modules\r\ndist\r\n.flow\r\n'],
  ['/dist/\n.flow/\n', undefined],
  ['**/dist\n.*\n', undefined],
  ['dist\n!dist\n.flow\n', 'dist\n!dist\n.flow\ndist\n'],
  ['# .flow\napps/*/dist\n', '# .flow\napps/*/dist\n.flow\ndist\n'],
])('git ignores .flow and dist, where no line does so yet: %j', async (before, after) => {
  const { written } = await init({ ...EMPTY, '.gitignore': before });
  expect(written['.gitignore']).toBe(after);
});

test('versions that the workspace has stay, wherever it has them', async () => {
  const manifest = { devDependencies: { zod: '~4.1.0' }, dependencies: { '@nx-flow/core': 'file:core.tgz' } };
  const { written } = await init({ ...EMPTY, 'package.json': manifest });
  expect(written['package.json']).toBeUndefined();
});

test('packages are left to whoever says --skip-package-json', async () => {
  const { written } = await init(EMPTY, { skipPackageJson: true });
  expect(Object.keys(written).sort()).toEqual(['.gitignore', 'nx.json']);
});

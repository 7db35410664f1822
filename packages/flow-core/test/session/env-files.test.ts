/** What `.env` files set is what Nx's own functions set, for random files; and what is left out of it. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { getTaskSpecificEnv } from 'nx/src/tasks-runner/task-env';
import { loadRootEnvFiles } from 'nx/src/utils/dotenv';
import { setWorkspaceRoot } from 'nx/src/utils/workspace-root';
import { readEnv } from '../../src/session/env-files';
import { projectOf, targetOf } from '../../src/session/env-target';

const RUN = { kind: 'run' } as const;
const outside = process.env;
const made: string[] = [];
afterEach(() => {
  process.env = outside;
});
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true });
});

function workspace(files: Record<string, string>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'nx-flow-env-')));
  made.push(root);
  const all = { 'nx.json': '{}', 'apps/movies/project.json': '{ "name": "movies" }', ...files };
  for (const [name, text] of Object.entries({ 'apps/movies/movies.flow.ts': "flow('movies')", ...all })) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

const read = (root: string, env: Record<string, string | undefined> = {}) =>
  readEnv(
    { flow: 'movies', workspace: root, file: join(root, 'apps/movies/movies.flow.ts'), command: RUN },
    env,
  );

async function environment(root: string, env: Record<string, string>): Promise<object> {
  const { changes } = await read(root, env);
  const after: Record<string, string | undefined> = { ...env, ...Object.fromEntries(changes) };
  return Object.fromEntries(Object.entries(after).filter(([, value]) => value !== undefined));
}

let tasks = 0;
/** The same by Nx: what it does when it starts, and for the task. */
function environmentOfNx(root: string, env: Record<string, string>): object {
  process.env = { ...env, NX_LOAD_DOT_ENV_FILES: 'true' };
  setWorkspaceRoot(root);
  loadRootEnvFiles(root);
  const task = {
    id: `t${tasks++}`,
    target: { project: 'movies', target: 'run' },
    projectRoot: 'apps/movies',
  };
  const graph = { nodes: { movies: { data: { root: 'apps/movies', targets: {} } } }, dependencies: {} };
  const { NX_LOAD_DOT_ENV_FILES: _, ...found } = getTaskSpecificEnv(task as never, graph as never);
  process.env = outside;
  return found;
}

const NAMES = ['A', 'B', 'C'];
const value = fc.oneof(
  fc.constantFrom('1', '2', '', "'a b'", '"x\\ny"', '`z`', 'a # no', '\\$A', '"$A-$B"', "'$C'"),
  fc.constantFrom('@{A}', '$B', '@{C:-c}', '@{A:+a}', '@{OUT}', 'p@{OUT}$A', '@{B-@{C}}'),
);
const text = fc
  .array(
    fc.tuple(fc.constantFrom('', 'export '), fc.constantFrom(...NAMES), fc.constantFrom('=', ' = '), value),
  )
  .map((lines) => lines.map((parts) => parts.join('').replaceAll('@', '$')).join('\n'));
const FILES = ['.env', '.env.local', '.local.env', '.env.run', '.env.run.local', '.run.env', '.env.spin'];
const files = fc.dictionary(fc.constantFrom(...FILES, ...FILES.map((name) => `apps/movies/${name}`)), text, {
  maxKeys: 5,
});
const env = fc.dictionary(
  fc.constantFrom(...NAMES, 'OUT'),
  fc.constantFrom('1', '2', '', 'out', '$B', 'a\\$b'),
);

test('random files in random environments set what they set in Nx', async () => {
  await fc.assert(
    fc.asyncProperty(files, env, async (written, given) => {
      const root = workspace(written);
      const ours = await environment(root, given).catch((error) => error.code);
      // Nx does not end there.
      fc.pre(ours !== 'FLOW_ENV');
      expect(ours).toEqual(environmentOfNx(root, given));
    }),
    { numRuns: Number(process.env.FUZZ_RUNS ?? 200) },
  );
});

test('a name that leads back to itself is refused where it would be put in for ever', async () => {
  const own = await environment(workspace({ '.env': 'A=x$A\nB=$OUT' }), { OUT: 'out' });
  expect(own).toEqual({ A: 'x', B: 'out', OUT: 'out' });
  const root = workspace({ '.env': 'A=x$B\nB=y$C\nC=z$B' });
  await expect(read(root)).rejects.toMatchObject({
    code: 'FLOW_ENV',
    message:
      'B leads back to itself in the .env files, and A refers to it: write out the value of one of them.',
  });
});

test('the project comes before the workspace, and a file of the target before all', async () => {
  const root = workspace({
    '.env': 'A=root\nB=root\nC=root\nD=root\nE=$A $D',
    '.env.local': 'B=local',
    'apps/movies/.env': 'C=project\nD=project',
    'apps/movies/.env.run': 'D=run',
  });
  expect(await environment(root, { A: 'set' })).toEqual({
    ...{ A: 'set', B: 'local', C: 'project', D: 'run' },
    // The workspace's own reading has put `root` in, and the value is not the file's any more.
    E: 'set root',
  });
});

test('what decides which programs are executed is left out, and named', async () => {
  const refused = [
    'NX_FLOW_STORE',
    'NX_TASK_HASH',
    'NODE_OPTIONS',
    'PATH',
    'LD_PRELOAD',
    'DYLD_INSERT_LIBRARIES',
  ];
  const more = [
    'TSX_TSCONFIG_PATH',
    'npm_config_registry',
    'GIT_DIR',
    'HOME',
    'TMPDIR',
    'NODE_PATH',
    'BASH_ENV',
    ...['ENV', 'SHELLOPTS', 'PROMPT_COMMAND', 'IFS', 'PS4', 'ZDOTDIR'],
    ...['GIT_SSH_COMMAND', 'GIT_EXTERNAL_DIFF', 'GIT_CONFIG_COUNT', 'PAGER', 'LESSOPEN'],
    ...['PERL5OPT', 'PERL5LIB', 'PERL5DB', 'PYTHONPATH', 'PYTHONSTARTUP', 'PYTHONHOME', 'RUBYOPT', 'RUBYLIB'],
    ...['JAVA_TOOL_OPTIONS', '_JAVA_OPTIONS', 'JDK_JAVA_OPTIONS', 'CLASSPATH', 'LUA_INIT', 'PHPRC'],
    ...['R_PROFILE_USER', 'DOTNET_STARTUP_HOOKS', 'CORECLR_PROFILER', 'BUN_OPTIONS'],
  ];
  const taken = [
    ...['NODE_ENV', 'NX_VERBOSE_LOGGING', 'API_URL', 'PATHS', 'NODE_CONFIG_DIR'],
    ...['PYTHONUNBUFFERED', 'JAVA_HOME', 'JAVA_OPTS', 'MY_PERL5OPT', 'PERL', 'APP_ENV'],
  ];
  const lines = [...refused, ...more, ...taken].map((name) => `${name}=x`);
  const root = workspace({ '.env': lines.join('\n'), 'apps/movies/.env': 'URL=$API_URL/$NODE_OPTIONS' });
  const found = await read(root, { HOME: 'x' });
  expect([...found.changes.keys()].sort()).toEqual([...taken, 'URL'].sort());
  // What is set to that already is no loss.
  expect(found.refused).toEqual([...refused, ...more].filter((name) => name !== 'HOME').sort());
});

test('NX_LOAD_DOT_ENV_FILES turns them off, and what is no file is nothing', async () => {
  const root = workspace({ '.env': 'A=1\nNX_LOAD_DOT_ENV_FILES=false', '.local.env/x': '' });
  expect((await read(root)).changes.size).toBe(0);
});

test.each([
  ['run', undefined, 'flow-run'],
  ['spin', undefined, 'spin'],
  ['step', 'train', 'step-train'],
] as const)('the target of %s has the name that the options of the plugin give', async (kind, step, name) => {
  const options = { runTargetName: 'flow-run', stepTargetPrefix: 'step-' };
  const root = workspace({
    'nx.json': `{ // as Nx reads it\n "plugins": ["x", ${JSON.stringify({ plugin: '@nx-flow/plugin', options })}] }`,
    '.env.x': '',
    'apps/movies/songs.flow.ts': "flow('songs')",
  });
  const target = (flow: string, file = `${flow}.flow.ts`) => {
    const path = join(root, 'apps/movies', file);
    const command = { kind, ...(step ? { step } : {}) };
    return targetOf({ flow, workspace: root, file: path, command }, projectOf(path, root));
  };
  expect(await target('movies')).toBe(name);
  expect(await target('apps/movies/movies.flow.ts', 'movies.flow.ts')).toBe(name);
  expect(await target('songs')).toBe(step ? 'step-songs-train' : `${name}-songs`);
});

test('the project is the nearest that Nx would know, or else the folder of the flow', () => {
  const root = workspace({
    'package.json': '{ "workspaces": ["packages/*"] }',
    'packages/a/package.json': '{ "name": "@x/a" }',
    'tools/package.json': '{ "name": "tools" }',
  });
  const project = (file: string) => projectOf(join(root, file), root);
  expect(project('packages/a/src/a.flow.ts')).toEqual({ root: 'packages/a', name: '@x/a' });
  expect(project('tools/Flows/b.flow.ts')).toEqual({ root: 'tools/Flows', name: 'flows' });
  expect(project('../c.flow.ts')).toBeUndefined();
});

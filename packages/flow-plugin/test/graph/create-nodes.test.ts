import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ProjectConfiguration } from '@nx/devkit';
import { PluginProcess } from '../kit/plugin-process';

let plugin: PluginProcess;
beforeAll(() => {
  plugin = new PluginProcess();
});
afterAll(() => plugin.close());

let workspace: string;
const written: string[] = [];

beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'nx-flow-graph-'));
  write('package.json', { name: 'root', private: true, workspaces: ['packages/*'] });
});
afterEach(() => {
  written.length = 0;
  rmSync(workspace, { recursive: true, force: true });
});

function write(file: string, content: string | object): void {
  const path = join(workspace, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  if (!written.includes(file)) written.push(file);
}

const source = (...names: string[]) =>
  [
    `import { flow } from '@nx-flow/core';`,
    ...names.map(
      (name) =>
        `const ${name} = flow('${name}'); const s_${name} = ${name}.start(() => ({})); export const e_${name} = ${name}.end(${name}.step('train', { after: s_${name} }, () => ({})));`,
    ),
  ].join('\n');

let warnings = '';

/** The projects by their root, merged as Nx merges them. */
async function infer(options?: object): Promise<Record<string, Partial<ProjectConfiguration>>> {
  const { results, said } = await plugin.createNodes(written, workspace, options);
  warnings = said;
  const merged: Record<string, Partial<ProjectConfiguration>> = {};
  for (const [, { projects }] of results) {
    for (const [root, project] of Object.entries(projects ?? {})) {
      merged[root] = {
        ...merged[root],
        ...project,
        targets: { ...merged[root]?.targets, ...project.targets },
      };
    }
  }
  return merged;
}

const brief = (projects: Record<string, Partial<ProjectConfiguration>>) =>
  Object.entries(projects).map(([root, { name, targets }]) => [
    root,
    name,
    Object.keys(targets ?? {})
      .filter((target) => /:(run|spin|resume|snapshot)$/.test(targets?.[target]?.executor ?? ''))
      .join(' '),
  ]);

test('a flow belongs to the nearest folder upward that is a project already', async () => {
  write('apps/shop/project.json', '// comments are fine\n{ "name": "shop" }');
  write('apps/shop/src/flows/a.flow.ts', source('a'));
  write('packages/lib/package.json', { name: '@acme/lib' });
  write('packages/lib/src/b.flow.mts', source('b'));
  const projects = await infer();
  expect(brief(projects)).toEqual([
    ['apps/shop', undefined, 'run spin resume snapshot'],
    ['packages/lib', undefined, 'run spin resume snapshot'],
  ]);
  expect(projects['packages/lib']?.targets?.run?.metadata?.description).toContain('npx nx run @acme/lib');
});

test('a package.json outside of the workspaces is no project: the flow gets its own folder', async () => {
  write('tools/etl/package.json', { name: 'etl-tools' });
  write('tools/etl/daily/a.flow.ts', source('a'));
  expect(brief(await infer())).toEqual([['tools/etl/daily', 'daily', 'run spin resume snapshot']]);
});

test('folders of one name are told apart by their paths, from each other and from other projects', async () => {
  write('a/daily/x.flow.ts', source('x'));
  write('b/daily/y.flow.ts', source('y'));
  write('flows/movies/movies.flow.ts', source('movies'));
  write('packages/shop/package.json', { name: 'movies' });
  write('c/weekly/z.flow.ts', source('z'));
  expect(brief(await infer())).toEqual([
    ['a/daily', 'a-daily', 'run spin resume snapshot'],
    ['b/daily', 'b-daily', 'run spin resume snapshot'],
    ['flows/movies', 'flows-movies', 'run spin resume snapshot'],
    ['c/weekly', 'weekly', 'run spin resume snapshot'],
  ]);
});

test('a path that is the name of another project is not given to a folder', async () => {
  write('apps/shop/project.json', { name: 'shop' });
  write('apps/other/project.json', { name: 'a-daily' });
  write('shop/shop.flow.ts', source('shop'));
  write('a/daily/x.flow.ts', source('x'));
  write('b/daily/y.flow.ts', source('y'));
  expect(brief(await infer()).map(([root, name]) => [root, name])).toEqual([
    ['shop', 'shop-flow'],
    ['a/daily', 'a-daily-flow'],
    ['b/daily', 'b-daily'],
  ]);
});

test('of several flows of a project, the first has the short names, and all have long ones', async () => {
  write('flows/movies.flow.ts', source('movies'));
  write('flows/songs.flow.ts', source('songs'));
  const projects = await infer();
  expect(brief(projects)).toEqual([
    ['flows', 'flows', 'run spin resume snapshot run-songs spin-songs resume-songs snapshot-songs'],
  ]);
  expect(projects.flows?.targets?.['spin-songs']?.options).toEqual({ flow: 'flows/songs.flow.ts' });
  expect(projects.flows?.targets?.['spin-movies']).toEqual({
    executor: 'nx:noop',
    dependsOn: [{ target: 'spin', params: 'forward' }],
    outputs: projects.flows?.targets?.spin?.outputs,
    // Those of the spin that `nx affected` looks at.
    inputs: projects.flows?.targets?.spin?.inputs?.slice(0, 2),
  });
  expect(projects.flows?.targets?.['spin-movies-end']?.inputs).toEqual([
    { dependentTasksOutputFiles: '**/*' },
  ]);
});

test('a project has groups before they are filled, since Nx keeps no entry for each target then', async () => {
  write('flows/movies.flow.ts', source('movies'));
  write('flows/songs.flow.ts', source('songs'));
  const { results } = await plugin.createNodes(written, workspace);
  const [first, ...others] = results.map(([, { projects }]) => projects?.flows);
  expect(first).toEqual({ metadata: { targetGroups: {} } });
  expect(others.map((project) => Object.keys(project?.metadata?.targetGroups ?? {})[0])).toEqual([
    'flow movies',
    'flow songs',
  ]);
});

test('a second flow changes no target of the first but for the hash', async () => {
  write('flows/movies.flow.ts', source('movies'));
  const before = (await infer()).flows?.targets;
  write('flows/songs.flow.ts', source('songs'));
  expect((await infer()).flows?.targets).toMatchObject(before as object);
});

test('the flow that is called as the project has the short names, wherever its file stands', async () => {
  write('apps/songs/project.json', { name: '@acme/songs' });
  write('apps/songs/a/movies.flow.ts', source('movies'));
  write('apps/songs/b/songs.flow.ts', source('songs'));
  const targets = (await infer())['apps/songs']?.targets ?? {};
  expect(targets.run?.options).toEqual({ flow: 'apps/songs/b/songs.flow.ts' });
  expect(targets['run-movies']?.executor).toBe('@nx-flow/plugin:run');
  expect(targets['run-songs']?.executor).toBe('nx:noop');
});

test('a target that two flows would have is told, and the second gets one dash more', async () => {
  write('flows/movies.flow.ts', source('movies'));
  write('flows/train.flow.ts', source('train'));
  const targets = (await infer()).flows?.targets ?? {};
  expect(targets['spin-train']?.executor).toBe('@nx-flow/plugin:step');
  expect(targets['spin--train']?.options).toEqual({ flow: 'flows/train.flow.ts' });
  expect(warnings).toBe(
    'nx-flow: flows: spin-train is a target of the flow movies, so that the flow train has spin--train instead. Rename one of the two, or give the plugin\'s option "stepTargetPrefix".\n',
  );
});

test('targets are called as the options of the plugin say', async () => {
  write('movies/movies.flow.ts', source('movies'));
  const targets =
    (await infer({ runTargetName: 'flow-run', spinTargetName: 'flow-spin', stepTargetPrefix: 'step-' }))
      .movies?.targets ?? {};
  expect(Object.keys(targets).sort()).toEqual([
    ...[
      'flow-run',
      'flow-run-movies',
      'flow-spin',
      'flow-spin-movies',
      'resume',
      'resume-movies',
      'snapshot',
    ],
    ...[
      'snapshot-movies',
      'step-end',
      'step-movies-end',
      'step-movies-start',
      'step-movies-train',
      'step-start',
    ],
    'step-train',
  ]);
  expect(targets['step-end']?.dependsOn).toEqual([{ target: 'step-train', params: 'forward' }]);
  expect(targets['flow-run']?.metadata).toMatchObject({
    scriptContent: 'npx nx run movies:flow-run',
    help: { command: 'npx nx run movies:flow-run --help' },
  });
  expect(targets['flow-spin']?.metadata?.scriptContent).toBe('npx nx flow-spin movies --step=train');
});

test('a step that needs a gpu is executed alone; one whose need is computed is not known to need one', async () => {
  const needing = (resources: string) =>
    source('a').replace("'train', { after: s_a }", `'train', { after: s_a, resources: ${resources} }`);
  const alone = async (resources: string) => {
    write('a/a.flow.ts', needing(resources));
    return (await infer()).a?.targets?.['spin-train']?.parallelism;
  };
  expect(await alone('{ gpu: 1 }')).toBe(false);
  expect(await alone("{ 'nvidia.com/gpu': 2, memory: 16 }")).toBe(false);
  expect(await alone('{ gpu: 0, memory: 16 }')).toBeUndefined();
  expect(await alone('NEEDS')).toBeUndefined();
});

test('a secret of a step is no input of its targets, also where the flow names it, and one line says so', async () => {
  write(
    'a/a.flow.ts',
    source('a')
      .replace("flow('a'", "flow('a', { inputs: [{ env: 'API_URL' }, { env: 'API_KEY' }] }")
      .replace("'train', { after: s_a }", "'train', { after: s_a, secrets: ['API_KEY'] }"),
  );
  const { targets = {} } = (await infer()).a ?? {};
  expect(JSON.stringify(targets)).toContain('API_URL');
  expect(JSON.stringify(targets)).not.toContain('API_KEY');
  expect(warnings).toContain('a/a.flow.ts: API_KEY is a secret of the flow a and stands in its inputs');
});

test('a step of one flow never takes the target of another', async () => {
  write('flows/etl.flow.ts', source('etl').replaceAll('train', 'daily'));
  write('flows/etl-daily.flow.ts', source('etl').replaceAll("flow('etl')", "flow('etl-daily')"));
  const targets = (await infer()).flows?.targets ?? {};
  expect(
    Object.keys(targets)
      .filter((name) => name.startsWith('spin'))
      .sort(),
  ).toEqual([
    ...[
      'spin',
      'spin-end',
      'spin-etl',
      'spin-etl--daily',
      'spin-etl--end',
      'spin-etl--start',
      'spin-etl-daily',
    ],
    ...['spin-etl-daily-end', 'spin-etl-daily-start', 'spin-etl-daily-train', 'spin-start', 'spin-train'],
  ]);
  expect(targets['spin-etl-daily']?.dependsOn).toEqual([{ target: 'spin', params: 'forward' }]);
  expect(targets['spin-etl--end']?.dependsOn).toEqual([{ target: 'spin-etl--daily', params: 'forward' }]);
  expect(warnings).toBe('');
});

test('several flows of one file are asked for by name', async () => {
  write('flows/both.flow.ts', source('left', 'right'));
  const { flows } = await infer();
  expect(flows?.targets?.run?.options).toEqual({ flow: 'flows/both.flow.ts', name: 'left' });
  expect(flows?.targets?.['spin-right']?.options).toEqual({ flow: 'flows/both.flow.ts', name: 'right' });
});

test('two files of a project that use one name keep separate targets', async () => {
  write('packages/lib/package.json', { name: 'lib' });
  write('packages/lib/a/x.flow.ts', source('same'));
  write('packages/lib/b/x.flow.ts', source('same'));
  expect(brief(await infer())).toEqual([
    ['packages/lib', undefined, 'run spin resume snapshot run-b-x spin-b-x resume-b-x snapshot-b-x'],
  ]);
});

test('each target says what it does, with a command to try', async () => {
  write('movies/movies.flow.ts', source('movies'));
  const { movies } = await infer();
  const targets = Object.entries(movies?.targets ?? {}).filter(([, { executor }]) => executor !== 'nx:noop');
  expect({ ...movies, targets: Object.fromEntries(targets) }).toMatchInlineSnapshot(`
{
  "metadata": {
    "description": "Flow movies",
    "targetGroups": {
      "flow movies": [
        "run",
        "spin",
        "resume",
        "snapshot",
      ],
      "flow movies steps": [
        "spin-start",
        "spin-train",
        "spin-end",
      ],
      "long names": [
        "run-movies",
        "spin-movies",
        "resume-movies",
        "snapshot-movies",
        "spin-movies-start",
        "spin-movies-train",
        "spin-movies-end",
      ],
    },
    "technologies": [
      "nx-flow",
    ],
  },
  "name": "movies",
  "namedInputs": {
    "nx-flow-end": [
      "{projectRoot}/**/*",
      {
        "dependentTasksOutputFiles": "**/digests.json",
      },
      {
        "env": "NX_FLOW_UNPUBLISHED",
      },
    ],
    "nx-flow-sources": [
      "default",
      "{workspaceRoot}/package-lock.json",
      "{workspaceRoot}/yarn.lock",
      "{workspaceRoot}/pnpm-lock.yaml",
      "{workspaceRoot}/bun.lock",
      {
        "env": "NX_FLOW_UNPUBLISHED",
      },
    ],
    "nx-flow-step": [
      "{projectRoot}/**/*",
      "!{projectRoot}/**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}",
      {
        "dependentTasksOutputFiles": "**/digests.json",
      },
      {
        "env": "NX_FLOW_UNPUBLISHED",
      },
      {
        "externalDependencies": [],
      },
    ],
  },
  "root": "movies",
  "targets": {
    "resume": {
      "executor": "@nx-flow/plugin:resume",
      "metadata": {
        "description": "Runs the flow movies again, taking over what its latest run finished. Try: npx nx resume movies",
        "help": {
          "command": "npx nx run movies:resume --help",
          "example": {
            "options": {
              "step": "train",
            },
          },
        },
        "scriptContent": "npx nx resume movies",
      },
      "options": {
        "flow": "movies/movies.flow.ts",
      },
      "outputs": [
        "{workspaceRoot}/.nx/workspace-data/nx-flow-keys/movies/movies.flow.ts/movies/spin.json",
      ],
    },
    "run": {
      "executor": "@nx-flow/plugin:run",
      "metadata": {
        "description": "Runs the flow movies from start to end, and records everything. Try: npx nx run movies",
        "help": {
          "command": "npx nx run movies:run --help",
          "example": {
            "args": [
              "--params.<name>=<value>",
            ],
          },
        },
        "scriptContent": "npx nx run movies",
      },
      "options": {
        "flow": "movies/movies.flow.ts",
      },
      "outputs": [
        "{workspaceRoot}/.nx/workspace-data/nx-flow-keys/movies/movies.flow.ts/movies/spin.json",
      ],
    },
    "snapshot": {
      "cache": true,
      "executor": "@nx-flow/plugin:snapshot",
      "inputs": [
        "nx-flow-sources",
        "^default",
        {
          "fileset": "{workspaceRoot}/.nx/workspace-data/nx-flow-keys/movies/movies.flow.ts/movies/snapshot",
          "includeIgnored": true,
        },
      ],
      "metadata": {
        "description": "Keeps a run of the flow movies as a file that Nx caches; spin takes its inputs from it on a fresh machine. Try: npx nx snapshot movies",
        "help": {
          "command": "npx nx run movies:snapshot --help",
          "example": {
            "args": [
              "--params.<name>=<value>",
            ],
          },
        },
        "scriptContent": "npx nx snapshot movies",
      },
      "options": {
        "flow": "movies/movies.flow.ts",
      },
      "outputs": [
        "{workspaceRoot}/dist/flow/movies/snapshot",
      ],
    },
    "spin": {
      "cache": true,
      "executor": "@nx-flow/plugin:spin",
      "inputs": [
        "nx-flow-sources",
        "^default",
        {
          "env": "NX_FLOW_STORE",
        },
        {
          "fileset": "{workspaceRoot}/.nx/workspace-data/nx-flow-keys/movies/movies.flow.ts/movies/spin.json",
          "includeIgnored": true,
        },
      ],
      "metadata": {
        "description": "Executes one step of the flow movies on the inputs that a run recorded. Try: npx nx spin movies --step=train",
        "help": {
          "command": "npx nx run movies:spin --help",
          "example": {
            "options": {
              "step": "train",
            },
          },
        },
        "scriptContent": "npx nx spin movies --step=train",
      },
      "options": {
        "flow": "movies/movies.flow.ts",
      },
      "outputs": [
        "{workspaceRoot}/dist/flow/movies/spin/{options.step}",
      ],
    },
    "spin-end": {
      "cache": true,
      "dependsOn": [
        {
          "params": "forward",
          "target": "spin-train",
        },
      ],
      "executor": "@nx-flow/plugin:step",
      "inputs": [
        {
          "fileset": "{workspaceRoot}/.nx/workspace-data/nx-flow-keys/movies/movies.flow.ts/movies/steps/end",
          "includeIgnored": true,
        },
        "nx-flow-end",
        "^{projectRoot}/**/!(*.ts|*.tsx|*.mts|*.cts|*.js|*.jsx|*.mjs|*.cjs)",
        "^default",
      ],
      "metadata": {
        "description": "Executes the flow movies to its end: each step as a target, on what those before it handed over; nothing is recorded. Try: npx nx run movies:spin-end",
        "scriptContent": "npx nx run movies:spin-end",
      },
      "options": {
        "flow": "movies/movies.flow.ts",
        "step": "end",
      },
      "outputs": [
        "{workspaceRoot}/dist/flow/movies/steps/end",
      ],
    },
    "spin-start": {
      "cache": true,
      "executor": "@nx-flow/plugin:step",
      "inputs": [
        {
          "fileset": "{workspaceRoot}/.nx/workspace-data/nx-flow-keys/movies/movies.flow.ts/movies/steps/start",
          "includeIgnored": true,
        },
        "nx-flow-step",
        "^{projectRoot}/**/!(*.ts|*.tsx|*.mts|*.cts|*.js|*.jsx|*.mjs|*.cjs)",
      ],
      "metadata": {
        "description": "Executes the step start of the flow movies; nothing is recorded. Try: npx nx run movies:spin-start",
        "scriptContent": "npx nx run movies:spin-start",
      },
      "options": {
        "flow": "movies/movies.flow.ts",
        "step": "start",
      },
      "outputs": [
        "{workspaceRoot}/dist/flow/movies/steps/start",
      ],
    },
    "spin-train": {
      "cache": true,
      "dependsOn": [
        {
          "params": "forward",
          "target": "spin-start",
        },
      ],
      "executor": "@nx-flow/plugin:step",
      "inputs": [
        {
          "fileset": "{workspaceRoot}/.nx/workspace-data/nx-flow-keys/movies/movies.flow.ts/movies/steps/train",
          "includeIgnored": true,
        },
        "nx-flow-step",
        "^{projectRoot}/**/!(*.ts|*.tsx|*.mts|*.cts|*.js|*.jsx|*.mjs|*.cjs)",
      ],
      "metadata": {
        "description": "Executes the step train of the flow movies on what spin-start handed over; nothing is recorded. Try: npx nx run movies:spin-train",
        "scriptContent": "npx nx run movies:spin-train",
      },
      "options": {
        "flow": "movies/movies.flow.ts",
        "step": "train",
      },
      "outputs": [
        "{workspaceRoot}/dist/flow/movies/steps/train",
      ],
    },
  },
}
`);
});

test('build output and hidden folders are not looked into', async () => {
  for (const folder of ['dist', 'node_modules/x', 'a/build', '.flow/x'])
    write(`${folder}/x.flow.ts`, source('x'));
  expect(await infer()).toEqual({});
});

test('a flow that the parser does not find goes by its name of file', async () => {
  write('odd/odd.flow.ts', 'export default 1;');
  expect(brief(await infer())).toEqual([['odd', 'odd', 'run spin resume snapshot']]);
});

describe('a file that does not parse', () => {
  test('keeps the targets that it had, says why, and leaves others alone', async () => {
    write('flows/both.flow.ts', source('left', 'right'));
    write('fine/fine.flow.ts', source('fine'));
    const before = await infer();
    write('flows/both.flow.ts', `${source('left', 'right')}\nconst = 1;`);
    const after = await infer();
    expect(brief(after)).toEqual(brief(before));
    expect(after.fine).toEqual(before.fine);
    expect(after.flows?.targets?.run?.metadata?.description).toMatch(/flows\/both\.flow\.ts:4:7/);
    expect(warnings).toMatch(/^nx-flow: flows\/both\.flow\.ts:4:7 .*\n$/);
  });

  test('goes by its name of file where it has never parsed, and has an end that says so', async () => {
    write('new/new.flow.ts', 'export const = 1;');
    expect(Object.keys((await infer()).new?.targets ?? {})).toEqual([
      ...['run', 'spin', 'resume', 'snapshot', 'spin-end'],
      ...['run-new', 'spin-new', 'resume-new', 'snapshot-new', 'spin-new-end'],
    ]);
  });
});

test('a file is parsed again only when it has changed', async () => {
  write('a/a.flow.ts', source('a'));
  await infer();
  const folder = join(workspace, '.nx');
  const file = join(folder, 'nx-flow-sources.json');
  expect(readdirSync(folder)).toEqual(['nx-flow-built.json', 'nx-flow-sources.json']);
  // What the cache says is believed for as long as the text is the same.
  writeFileSync(file, readFileSync(file, 'utf8').replace('"name":"train"', '"name":"tuned"'));
  expect((await infer()).a?.targets?.spin?.metadata?.scriptContent).toBe('npx nx spin a --step=tuned');
  write('a/a.flow.ts', `${source('a')}\n`);
  expect((await infer()).a?.targets?.spin?.metadata?.scriptContent).toBe('npx nx spin a --step=train');
});

test('every step of which all before it is written out has a target, after those that it needs', async () => {
  write(
    'flows/mixed.flow.ts',
    `import { flow, oneOf } from '@nx-flow/core';
    const f = flow('mixed');
    const start = f.start(() => ({ rows: [1], kind: 'a' }));
    const each = f.foreach('each', { after: start, over: 'rows' }, () => ({}));
    const all = f.join('all', { after: each }, () => ({}));
    const pick = f.switch('pick', { after: all, on: 'kind', cases: ['a', 'b'] }, () => ({ kind: 'a' as const }));
    const left = f.step('left', { after: pick.when('a') }, () => ({}));
    const both = f.gather('both', { after: { all, start } }, () => ({}));
    const odd = f.step(['o', 'dd'].join(''), { after: both }, () => ({}));
    const last = f.step('last', { after: odd }, () => ({}));
    export default f.end(f.step('again', { after: oneOf(left, pick.when('b')) }, () => ({})));`,
  );
  const targets = (await infer()).flows?.targets ?? {};
  const after = Object.entries(targets)
    .filter(([, { executor }]) => executor === '@nx-flow/plugin:step')
    .map(([name, { dependsOn = [] }]) => [name, dependsOn.map((on) => (on as { target: string }).target)]);
  expect(Object.fromEntries(after)).toEqual({
    'spin-start': [],
    'spin-each': ['spin-start'],
    'spin-all': ['spin-each'],
    'spin-pick': ['spin-all'],
    'spin-left': ['spin-pick'],
    'spin-both': ['spin-all', 'spin-start'],
    'spin-again': ['spin-left', 'spin-pick'],
    'spin-end': ['spin-again'],
  });
});

describe('what the steps of a flow read', () => {
  const reading = (inputs: string) =>
    `import { flow } from '@nx-flow/core';\nconst f = flow('a', { inputs: ${inputs} }); const s = f.start(() => ({})); export default f.end(s);`;
  /** With the named inputs written out. */
  const inputsOf = async (target: string) => {
    const { targets, namedInputs = {} } = (await infer())['jobs/a'] ?? {};
    return (targets?.[target]?.inputs ?? []).flatMap((input) =>
      typeof input === 'string' ? (namedInputs[input] ?? input) : input,
    );
  };
  const DATA = ['{projectRoot}/**/*', '!{projectRoot}/**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}'];

  test('named files stand in the place of all data files, for git to ignore or not', async () => {
    write('jobs/a/a.flow.ts', reading(`['data/*.csv', '!data/x.csv', '../rates.json']`));
    const named = ['jobs/a/data/*.csv', '!jobs/a/data/x.csv', 'jobs/rates.json'].map((glob) => ({
      fileset: glob.replace(/^(!?)/, '$1{workspaceRoot}/'),
      includeIgnored: true,
    }));
    for (const target of ['spin', 'spin-start', 'snapshot'])
      expect(await inputsOf(target)).toEqual(expect.arrayContaining(named));
    expect(await inputsOf('spin-start')).not.toEqual(expect.arrayContaining(DATA));
    expect(await inputsOf('spin')).toEqual(expect.arrayContaining(['default', '^default']));
  });

  test('variables and what is left out stand beside all data files', async () => {
    write('jobs/a/a.flow.ts', reading(`['!draft/**', { env: 'API_URL' }]`));
    expect((await inputsOf('spin-start')).slice(1)).toEqual([
      ...DATA,
      { dependentTasksOutputFiles: '**/digests.json' },
      { env: 'NX_FLOW_UNPUBLISHED' },
      { externalDependencies: [] },
      '^{projectRoot}/**/!(*.ts|*.tsx|*.mts|*.cts|*.js|*.jsx|*.mjs|*.cjs)',
      '!{workspaceRoot}/jobs/a/draft/**',
      { env: 'API_URL' },
    ]);
    expect(await inputsOf('spin')).toEqual(expect.arrayContaining([{ env: 'API_URL' }]));
    expect(await inputsOf('spin')).not.toEqual(expect.arrayContaining(['!{workspaceRoot}/jobs/a/draft/**']));
  });

  test.each([
    ['are computed', `[process.env.X]`],
    ['lead out of the workspace', `['../../../x.csv']`],
  ])('where they %s, nothing of the flow is cached, and one line says so', async (why, inputs) => {
    write('jobs/a/a.flow.ts', reading(inputs));
    const targets = (await infer())['jobs/a']?.targets ?? {};
    for (const target of ['spin', 'spin-start', 'spin-end', 'snapshot'])
      expect(targets[target]?.cache).toBe(false);
    expect(warnings).toContain(
      `nx-flow: jobs/a/a.flow.ts: the inputs of the flow a ${why}. Nothing of the flow is replayed.`,
    );
  });
});

test('steps that lie in files which the flow imports have targets, as they are now', async () => {
  const steps = (name: string) =>
    `import { f } from './flow'; export const start = f.start(() => ({})); export const ${name} = f.step('${name}', { after: start }, () => ({}));`;
  write('jobs/parts/flow.ts', `import { flow } from '@nx-flow/core'; export const f = flow('parts');`);
  write('jobs/parts/steps.ts', steps('one'));
  write(
    'jobs/parts/parts.flow.ts',
    `import { f } from './flow'; import { one } from './steps'; export default f.end(one);`,
  );
  const edges = async () =>
    Object.entries((await infer())['jobs/parts']?.targets ?? {})
      .filter(([, { executor }]) => executor === '@nx-flow/plugin:step')
      .map(([name, { dependsOn = [] }]) => [
        name,
        ...dependsOn.map((on) => (typeof on === 'string' ? on : on.target)),
      ]);
  expect(await edges()).toEqual([['spin-start'], ['spin-one', 'spin-start'], ['spin-end', 'spin-one']]);
  write('jobs/parts/steps.ts', steps('other').replace('const other', 'const one'));
  expect(await edges()).toEqual([['spin-start'], ['spin-other', 'spin-start'], ['spin-end', 'spin-other']]);
});

describe('a flow that imports a library of the workspace as it is built has targets that build it first', () => {
  const exports = { '.': { '@acme/source': './src/index.ts', default: './dist/index.js' } };
  const FLOW = `import '@acme/lib';\n${source('shop')}`;
  const SHOP = 'packages/shop/shop.flow.ts';
  beforeEach(() => {
    write('.gitignore', 'dist\n');
    write('packages/shop/package.json', { name: 'shop' });
    write(SHOP, FLOW);
    write('packages/lib/package.json', { name: '@acme/lib', exports });
    write('packages/lib/src/index.ts', 'export const a = 1;');
    mkdirSync(join(workspace, 'node_modules/@acme'), { recursive: true });
    symlinkSync(join(workspace, 'packages/lib'), join(workspace, 'node_modules/@acme/lib'), 'junction');
  });
  const targets = async () => Object.entries((await infer())['packages/shop']?.targets ?? {});
  const first = async () =>
    (await targets()).filter(([, { dependsOn }]) => dependsOn?.[0] === '^build').map(([name]) => name);
  const ALL = ['run', 'spin', 'resume', 'snapshot', 'spin-start', 'spin-train', 'spin-end'];
  const OURS = { compilerOptions: { customConditions: ['@acme/source'] } };

  test('each of them, and those that are cached count what is built', async () => {
    expect(await first()).toEqual(ALL);
    const found = Object.fromEntries(await targets());
    expect(found['spin-train']?.dependsOn).toEqual(['^build', { target: 'spin-start', params: 'forward' }]);
    for (const name of ['spin', 'snapshot', 'spin-start', 'spin-end']) {
      const { inputs } = found[name] ?? {};
      expect(inputs).toContainEqual({ dependentTasksOutputFiles: '**/*.{js,mjs,cjs,jsx}', transitive: true });
      expect(inputs?.filter((input) => input === '^default')).toEqual(['^default']);
    }
  });

  test.each<[string, () => void]>([
    ['when it is built already', () => write('packages/lib/dist/index.js', 'exports.a = 1;')],
    [
      'when a step imports it',
      () => write(SHOP, `const l = () => import('@acme/lib'); void l;${source('shop')}`),
    ],
    [
      'when a module of the flow imports it',
      () => {
        write(SHOP, `import './local';\n${source('shop')}`);
        write('packages/shop/local.ts', `export * from '@acme/lib';`);
      },
    ],
    ['by its main', () => write('packages/lib/package.json', { name: '@acme/lib', main: 'dist/main.js' })],
    [
      'by a library that is imported as source',
      () => {
        write('packages/near/package.json', { name: '@acme/near', main: './index.ts' });
        write('packages/near/index.ts', `import '@acme/lib';`);
        symlinkSync(join(workspace, 'packages/near'), join(workspace, 'node_modules/@acme/near'), 'junction');
        write(SHOP, `import '@acme/near';\n${source('shop')}`);
      },
    ],
    [
      'by a path into what is built',
      () => {
        write('packages/lib/dist/index.js', 'exports.a = 1;');
        write(SHOP, `import '../lib/dist/index.js';\n${source('shop')}`);
      },
    ],
    [
      'without a .gitignore, in the usual folders',
      () => {
        rmSync(join(workspace, '.gitignore'));
        write('packages/lib/dist/index.js', 'exports.a = 1;');
      },
    ],
  ])('%s', async (_, change) => {
    change();
    expect(await first()).toEqual(ALL);
  });

  test.each<[string, () => void]>([
    ['its source by a condition', () => write('packages/shop/tsconfig.json', OURS)],
    [
      'its source by its main',
      () => write('packages/lib/package.json', { name: '@acme/lib', main: 'src/index.ts' }),
    ],
    [
      'JavaScript that is its source',
      () => {
        write('packages/lib/package.json', { name: '@acme/lib', main: 'index.js' });
        write('packages/lib/index.js', 'exports.a = 1;');
      },
    ],
    ['nothing', () => write(SHOP, source('shop'))],
    ['types alone', () => write(SHOP, `import type { A } from '@acme/lib';\n${source('shop')}`)],
  ])('a flow that imports %s needs no build', async (_, change) => {
    change();
    expect(await first()).toEqual([]);
  });

  test('an edit of another file than the flow decides anew', async () => {
    expect(await first()).toEqual(ALL);
    write('packages/shop/tsconfig.json', OURS);
    expect(await first()).toEqual([]);
    write('packages/shop/tsconfig.json', {});
    expect(await first()).toEqual(ALL);
    write('packages/lib/package.json', { name: '@acme/lib', main: 'src/index.ts' });
    expect(await first()).toEqual([]);
  });
});

describe('the target of the page', () => {
  const uiOf = async (options?: object) => {
    const found = Object.entries(await infer(options)).flatMap(([root, { targets = {} }]) =>
      Object.entries(targets)
        .filter(([, { options: given }]) => given?.command === 'nx-flow ui')
        .map(([name, { continuous, cache }]) => ({ root, name, continuous, cache })),
    );
    return found;
  };

  test('is at the root, once, where the page is installed and the root is a project', async () => {
    write('packages/a/a.flow.ts', source('a'));
    write('packages/a/package.json', { name: 'a' });
    write('packages/b/b.flow.ts', source('b'));
    write('packages/b/package.json', { name: 'b' });
    expect(await uiOf()).toEqual([]);
    write('node_modules/@nx-flow/ui/package.json', { name: '@nx-flow/ui', version: '0.1.0' });
    written.pop();
    expect(await uiOf()).toEqual([]);
    write('project.json', { name: 'root' });
    expect(await uiOf()).toEqual([{ root: '.', name: 'flow-ui', continuous: true, cache: false }]);
    expect(await uiOf({ uiTargetName: 'page' })).toMatchObject([{ root: '.', name: 'page' }]);
  });

  test('is beside the targets of flows that are in the root themselves', async () => {
    write('a.flow.ts', source('a'));
    write('project.json', { name: 'root' });
    write('node_modules/@nx-flow/ui/package.json', { name: '@nx-flow/ui', version: '0.1.0' });
    written.pop();
    const { '.': root } = await infer();
    expect(Object.keys(root?.targets ?? {})).toEqual(
      expect.arrayContaining(['run', 'spin-train', 'flow-ui']),
    );
    expect(root?.name).toBeUndefined();
  });
});

/** What changes while a command executes, by an edit or by another command, is never replayed as something else. */
import { existsSync, readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import { Workspace } from '../lib/workspace';

const flowOf = (
  name: string,
) => `import { flow } from '@nx-flow/core'; import { existsSync, writeFileSync } from 'node:fs';
import { z } from 'zod'; import { k } from './k';
const f = flow('${name}', { params: { by: z.coerce.number().default(1) } });
export const start = f.start(async ({ params }) => {
  if (process.env.WAITS) {
    writeFileSync(process.env.WAITS + '.reached', '');
    while (!existsSync(process.env.WAITS)) await new Promise((go) => setTimeout(go, 20));
  }
  return { one: params.by };
});
export const times = f.step('times', { after: start }, ({ self, params }) => ({ times: [self.one * 10, params.by, k] }));
export default f.end(times);`;

const workspace = new Workspace('moved');
const terminal = new Workspace('moved', {}, { beside: workspace });
/** In another process of Nx, while the first executes other commands. */
const meanwhile = (args: string[], env: Record<string, string> = {}) => {
  terminal.env = env;
  return terminal.warm(...args);
};

/** A project of one flow. */
function make(name: string) {
  const write = (files: Record<string, string | object>) =>
    workspace.write(
      Object.fromEntries(Object.entries(files).map(([file, content]) => [join(name, file), content])),
    );
  const edit = (k: number) => write({ 'k.ts': `export const k: number = ${k};\n` });
  const result = join(workspace.folder, 'dist/flow', name, 'steps/times/artifacts/times.json');
  write({ [`${name}.flow.ts`]: flowOf(name) });
  edit(1);
  return {
    write,
    edit,
    spinTimes: `${name}:spin-times`,
    times: () => JSON.parse(readFileSync(result, 'utf8')),
    WAITS: join(workspace.folder, `${name}.go`),
    /** Resolves when the step waits. */
    reached: () => appears(`${name}.go.reached`),
    go: () => workspace.write({ [`${name}.go`]: '' }),
  };
}

/** Resolves when there is a file of this name in the workspace. */
async function appears(name: string): Promise<void> {
  const { folder } = workspace;
  const watcher = watch(folder);
  try {
    for await (const _ of changes(watcher, () => existsSync(join(folder, name)))) return;
  } finally {
    watcher.close();
  }
}

async function* changes(watcher: ReturnType<typeof watch>, holds: () => boolean): AsyncGenerator<void> {
  while (!holds()) await new Promise<void>((resolve) => watcher.once('change', () => resolve()));
  yield;
}

test('an edit while the steps before it are executed: what comes of it is told, and neither kept nor cached', async () => {
  const project = make('edit');
  const { WAITS } = project;
  const command = meanwhile(['run', project.spinTimes], { WAITS });
  await project.reached();
  project.edit(2);
  project.go();
  const { code, text } = await command;
  expect([code, text]).toEqual([
    0,
    expect.stringContaining(
      'The code of "times" changed after the command had begun: it will be executed again.',
    ),
  ]);
  expect(project.times()).toEqual([10, 1, 2]);
  project.edit(1);
  expect((await workspace.warm('run', project.spinTimes)).code).toBe(0);
  expect(project.times()).toEqual([10, 1, 1]);
});

test('an edit that another command has published meanwhile', async () => {
  const project = make('published');
  workspace.write({ 'other/project.json': { name: 'other', targets: { hello: { command: 'echo hello' } } } });
  const { WAITS } = project;
  const command = meanwhile(['run', project.spinTimes], { WAITS });
  await project.reached();
  project.edit(2);
  expect((await workspace.warm('run', 'other:hello')).code).toBe(0);
  project.go();
  expect((await command).code).toBe(0);
  expect(project.times()).toEqual([10, 1, 2]);
  for (const k of [1, 2]) {
    project.edit(k);
    expect((await workspace.warm('run', project.spinTimes)).code).toBe(0);
    expect(project.times()).toEqual([10, 1, k]);
  }
});

test('two commands on other parameters at a time: each result is its own, or none', async () => {
  const project = make('twice');
  const { WAITS } = project;
  const first = meanwhile(['run', project.spinTimes, '--params.by=2'], { WAITS });
  await project.reached();
  const second = await workspace.warm('run', project.spinTimes, '--params.by=3');
  expect(second.code).toBe(0);
  expect(project.times()).toEqual([30, 3, 1]);
  project.go();
  expect((await first).code).toBe(0);
  expect(project.times()).toEqual([20, 2, 1]);
  for (const by of [3, 2]) {
    expect((await workspace.warm('run', project.spinTimes, `--params.by=${by}`)).code).toBe(0);
    expect(project.times()).toEqual([10 * by, by, 1]);
  }
});

test('a step whose target alone is configured with parameters is refused', async () => {
  const project = make('alone');
  project.write({
    'project.json': { name: 'alone', targets: { 'spin-times': { options: { params: { by: 4 } } } } },
  });
  const { code, text } = await workspace.warm('run', project.spinTimes);
  expect([code, text]).toEqual([
    1,
    expect.stringContaining('FLOW_HANDOVER  "start" was executed on other parameters than "times" is to be'),
  ]);
});

test('a target that steps wait for writes code that they import', async () => {
  const project = make('codegen');
  const write = `node -e "require('fs').writeFileSync('codegen/k.ts', 'export const k: number = ' + require('fs').readFileSync('k.txt'))"`;
  workspace.write({ '.gitignore': 'node_modules\ndist\n.nx\n.flow\ncodegen/k.ts\n' });
  project.write({
    'project.json': {
      name: 'codegen',
      targets: {
        codegen: { command: write, outputs: ['{projectRoot}/k.ts'] },
        'spin-start': { dependsOn: ['codegen'] },
      },
    },
  });
  const spun = async (k: number) => {
    workspace.write({ 'k.txt': String(k) });
    const { code, text } = await workspace.warm('run', project.spinTimes);
    expect([code, text]).toEqual([0, expect.any(String)]);
    return project.times()[2];
  };
  for (const k of [2, 3, 2, 3]) expect([k, await spun(k)]).toEqual([k, k]);
});

test('steps take parameters of a command that means a target which needs them, and no other argument', async () => {
  const project = make('needed');
  project.write({
    'project.json': {
      name: 'needed',
      targets: { page: { command: 'echo page', dependsOn: [{ target: 'spin-end', params: 'forward' }] } },
    },
  });
  expect(
    (await workspace.warm('run', 'needed:page', '--title', 'x', '--params.by=4', '--coverage')).code,
  ).toBe(0);
  expect(project.times()).toEqual([40, 4, 1]);
  // The flow itself was meant: the first step says so, before anything is executed.
  const { code, text } = await workspace.warm('run', 'needed:spin-end', '--title=x');
  expect(text).not.toContain('nx run needed:spin-times --title');
  expect([code, text]).toEqual([expect.any(Number), expect.stringMatching(/FLOW_\w+ .*title/)]);
  expect(code).not.toBe(0);
});

test('the same command twice at a time', async () => {
  const project = make('same');
  const both = () =>
    Promise.all([workspace.warm, terminal.warm].map(async (nx) => (await nx('run', project.spinTimes)).code));
  const codes = [];
  for (let round = 0; round < 2; round++) codes.push(await both());
  expect(codes).toEqual([
    [0, 0],
    [0, 0],
  ]);
  expect(project.times()).toEqual([10, 1, 1]);
});

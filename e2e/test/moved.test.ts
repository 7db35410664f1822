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

function make(name: string): Workspace {
  return new Workspace(`moved-${name}`, {
    'flows/moved.flow.ts': flowOf('moved'),
    'flows/k.ts': 'export const k: number = 1;\n',
  });
}
const timesOf = ({ folder }: Workspace) =>
  JSON.parse(readFileSync(join(folder, 'dist/flow/moved/steps/times/artifacts/times.json'), 'utf8'));

/** Resolves when there is a file of this name in the workspace. */
async function appears({ folder }: Workspace, name: string): Promise<void> {
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

test('an edit while the steps before it are executed: the step fails, and nothing wrong is kept or cached', async () => {
  const workspace = make('edit');
  const WAITS = join(workspace.folder, 'go');
  const command = workspace.nxMeanwhile(['run', 'flows:spin-times'], { WAITS });
  await appears(workspace, 'go.reached');
  workspace.write({ 'flows/k.ts': 'export const k: number = 2;\n', go: '' });
  const { code, text } = await command;
  expect([code, text]).toEqual([1, expect.stringContaining('FLOW_HEAD_MOVED  The code of "times" changed')]);
  workspace.write({ 'flows/k.ts': 'export const k: number = 1;\n' });
  expect(workspace.nx('run', 'flows:spin-times').code).toBe(0);
  expect(timesOf(workspace)).toEqual([10, 1, 1]);
});

test('an edit that another command has published meanwhile', async () => {
  const workspace = make('published');
  workspace.write({ 'other/project.json': { name: 'other', targets: { hello: { command: 'echo hello' } } } });
  const WAITS = join(workspace.folder, 'go');
  const command = workspace.nxMeanwhile(['run', 'flows:spin-times'], { WAITS });
  await appears(workspace, 'go.reached');
  workspace.write({ 'flows/k.ts': 'export const k: number = 2;\n' });
  expect(workspace.nx('run', 'other:hello').code).toBe(0);
  workspace.write({ go: '' });
  // Nx hashes a step when those before it are done, and finds what was published meanwhile.
  expect((await command).code).toBe(0);
  expect(timesOf(workspace)).toEqual([10, 1, 2]);
  for (const k of [1, 2]) {
    workspace.write({ 'flows/k.ts': `export const k: number = ${k};\n` });
    expect(workspace.nx('run', 'flows:spin-times').code).toBe(0);
    expect(timesOf(workspace)).toEqual([10, 1, k]);
  }
});

test('two commands on other parameters at a time: each result is its own, or none', async () => {
  const workspace = make('twice');
  const WAITS = join(workspace.folder, 'go');
  const first = workspace.nxMeanwhile(['run', 'flows:spin-times', '--params.by=2'], { WAITS });
  await appears(workspace, 'go.reached');
  const second = workspace.nx('run', 'flows:spin-times', '--params.by=3');
  expect(second.code).toBe(0);
  expect(timesOf(workspace)).toEqual([30, 3, 1]);
  workspace.write({ go: '' });
  expect((await first).code).toBe(0);
  expect(timesOf(workspace)).toEqual([20, 2, 1]);
  for (const by of [3, 2]) {
    expect(workspace.nx('run', 'flows:spin-times', `--params.by=${by}`).code).toBe(0);
    expect(timesOf(workspace)).toEqual([10 * by, by, 1]);
  }
});

test('a step whose target alone is configured with parameters is refused', () => {
  const workspace = make('alone');
  workspace.write({
    'flows/project.json': { name: 'flows', targets: { 'spin-times': { options: { params: { by: 4 } } } } },
  });
  const { code, text } = workspace.nx('run', 'flows:spin-times');
  expect([code, text]).toEqual([
    1,
    expect.stringContaining('FLOW_HANDOVER  "start" was executed on other parameters than "times" is to be'),
  ]);
});

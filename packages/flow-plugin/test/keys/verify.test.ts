/** After the tasks: what Nx restored must be whole, and what it has put into its cache must be called as it is. */
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { PostTasksExecutionContext, TaskResult } from '@nx/devkit';
import { writeManifest } from '../../../flow-core/src/engine/outputs/manifest';
import { postTasksExecution } from '../../src/keys/verify';
import { KeyWorkspace } from '../kit/key-workspace';

const OUTPUT = 'dist/flow/f/steps/a';

let ws: KeyWorkspace;
beforeEach(() => {
  ws = new KeyWorkspace();
  process.env.NX_CACHE_DIRECTORY = ws.path('cache');
});
afterEach(() => {
  ws.remove();
  delete process.env.NX_CACHE_DIRECTORY;
});

const entry = (hash: string) => ws.path(join('cache', hash));

/** The step's folder in the workspace, written for a task; and in Nx's cache, by that task's hash or by another. */
function outputs(task: string, hash = task): void {
  ws.write(`${OUTPUT}/artifacts.json`, '{}');
  writeManifest(ws.path(OUTPUT), task);
  mkdirSync(entry(hash), { recursive: true });
  cpSync(ws.path(OUTPUT), join(entry(hash), OUTPUT), { recursive: true });
}

function verify(status: TaskResult['status'], hash = 'hash', output = OUTPUT): Promise<void> {
  const task = {
    id: 'p:spin-a',
    target: { project: 'p', target: 'spin-a' },
    overrides: {},
    outputs: [output],
    hash,
    parallelism: true,
    cache: true,
  };
  const context: PostTasksExecutionContext = {
    id: 'run',
    workspaceRoot: ws.root,
    nxJsonConfiguration: {},
    argv: [],
    taskResults: { 'p:spin-a': { task, status, code: 0 } },
    startTime: 0,
    endTime: 0,
  };
  return Promise.resolve(postTasksExecution(undefined, context) as Promise<void>);
}

test('what is whole passes, executed or restored', async () => {
  outputs('hash');
  for (const status of ['success', 'local-cache', 'local-cache-kept-existing', 'remote-cache'] as const) {
    await verify(status);
  }
  expect(existsSync(entry('hash'))).toBe(true);
});

test('an entry of the cache that lacks a file fails the command, and is removed with what was restored', async () => {
  outputs('hash');
  rmSync(join(entry('hash'), OUTPUT, 'artifacts.json'));
  await expect(verify('local-cache')).rejects.toThrow(
    `FLOW_CACHE_DAMAGED  What Nx restored from its cache is not whole: ${OUTPUT} lacks artifacts.json. It was removed from the cache: give the command again.`,
  );
  expect([existsSync(entry('hash')), existsSync(ws.path(OUTPUT))]).toEqual([false, false]);
});

test('damage that came from the remote cache says how to go round it', async () => {
  outputs('hash');
  ws.write(join('cache/hash', OUTPUT, 'artifacts.json'), '[]');
  await expect(verify('remote-cache')).rejects.toThrow(
    /has another artifacts\.json\. .*--skip-remote-cache\.$/,
  );
});

test('where the cache has no entry, what lies in the workspace is looked at', async () => {
  outputs('hash');
  rmSync(entry('hash'), { recursive: true });
  await verify('remote-cache');
  rmSync(ws.path(`${OUTPUT}/files.json`));
  await expect(verify('remote-cache')).rejects.toThrow(`${OUTPUT} has no list of its files`);
});

test('an entry that is restored under the hash of another task fails the command', async () => {
  outputs('other', 'hash');
  await expect(verify('local-cache')).rejects.toThrow(
    `${OUTPUT} was made by other code, or by another command`,
  );
});

test('what was executed and is not what its hash says leaves the cache, and the command succeeds', async () => {
  outputs('', 'hash');
  await verify('success');
  expect([existsSync(entry('hash')), existsSync(ws.path(OUTPUT))]).toEqual([false, true]);
});

test('outputs of other targets are not looked at', async () => {
  await verify('local-cache', 'hash', 'dist/app');
  await verify('local-cache', 'hash', 'dist/flow/f/snapshot');
});

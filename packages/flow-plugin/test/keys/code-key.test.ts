/** The hash of a step's code and of the files that it may read, by which its folder is kept. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import type { TargetConfiguration } from '@nx/devkit';
import { pluginOptions } from '../../src/graph/plugin-options';
import { stepTargets } from '../../src/graph/step-targets';
import { targetNames } from '../../src/graph/target-names';
import { codeKey } from '../../src/keys/code-key';
import { fingerprintFile, UNPUBLISHED } from '../../src/nx/published-files';
import { FILE, flowOf, KeyWorkspace } from '../kit/key-workspace';

const PUBLISHED = fingerprintFile(FILE, 'f', 'a');

let ws: KeyWorkspace;
beforeEach(() => {
  ws = new KeyWorkspace();
  execFileSync('git', ['init', '-q'], { cwd: ws.root });
  ws.write(PUBLISHED, 'code');
  ws.write('.gitignore', '.flow\n*.log\n');
  ws.write('jobs/data.csv', '1');
});
afterEach(() => {
  ws.remove();
  delete process.env[UNPUBLISHED];
  delete process.env.CODE_KEY_TEST;
});

/** The inputs that the graph gives to the step's target. */
function inferred(inputs?: (string | { env: string })[]): NonNullable<TargetConfiguration['inputs']> {
  const flow = { ...flowOf('a'), ...(inputs ? { inputs } : {}) };
  const { names } = targetNames([{ flow: 'f', suffix: 'f', steps: ['a'] }], 'p', pluginOptions(undefined));
  const [own] = names;
  if (!own) throw new Error('A flow has names.');
  const targets = stepTargets({ flow, file: FILE, project: 'p', root: 'jobs', names: own, shared: false });
  return targets['spin-a']?.inputs ?? [];
}

const keyOf = (inputs = inferred()) => codeKey(PUBLISHED, ws.context({ inputs }));
/** Whether the key is another one after a change. */
async function changes(change: () => unknown, inputs = inferred()): Promise<boolean> {
  const before = await keyOf(inputs);
  expect(before).toMatch(/^[0-9a-f]{64}$/);
  change();
  return (await keyOf(inputs)) !== before;
}

test('the key changes with the fingerprint and with each data file of the project', async () => {
  expect(await changes(() => undefined)).toBe(false);
  expect(await changes(() => ws.write(PUBLISHED, 'other code'))).toBe(true);
  expect(await changes(() => ws.write('jobs/data.csv', '2'))).toBe(true);
  expect(await changes(() => ws.write('jobs/new.csv', ''))).toBe(true);
  expect(await changes(() => rmSync(ws.path('jobs/new.csv')))).toBe(true);
});

test('it does not change with code, which is in the fingerprint, nor with what git ignores or lies elsewhere', async () => {
  expect(await changes(() => ws.write('jobs/lib.ts', 'export {}'))).toBe(false);
  expect(await changes(() => ws.write('jobs/x.log', ''))).toBe(false);
  expect(await changes(() => ws.write('other/data.csv', ''))).toBe(false);
});

test('a link to a folder counts by where it leads; a repository in the repository cannot be known', async () => {
  mkdirSync(ws.path('one'));
  mkdirSync(ws.path('two'));
  symlinkSync(ws.path('one'), ws.path('jobs/link'));
  expect(
    await changes(() => {
      rmSync(ws.path('jobs/link'));
      symlinkSync(ws.path('two'), ws.path('jobs/link'));
    }),
  ).toBe(true);
  execFileSync('git', ['init', '-q', ws.path('jobs/inner')]);
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', 'commit', '-qm', 'x', '--allow-empty'], {
    cwd: ws.path('jobs/inner'),
  });
  expect(await keyOf()).toBeUndefined();
});

test('files and variables that the flow names count in the place of all data files', async () => {
  const named = inferred(['data/*.csv', { env: 'CODE_KEY_TEST' }]);
  ws.write('jobs/data/a.csv', '1');
  expect(await changes(() => ws.write('jobs/data.csv', '2'), named)).toBe(false);
  expect(await changes(() => ws.write('jobs/data/a.csv', '2'), named)).toBe(true);
  expect(
    await changes(() => {
      process.env.CODE_KEY_TEST = 'set';
    }, named),
  ).toBe(true);
});

test('there is no key where the target has an input of the user’s own', async () => {
  expect(await keyOf([...inferred(), '{workspaceRoot}/rates.json'])).toBeUndefined();
  expect(await keyOf([...inferred(), { runtime: 'date' }])).toBeUndefined();
});

test('there is none where nothing was published, or publishing failed, or Nx caches nothing', async () => {
  expect(await codeKey(undefined, ws.context({ inputs: inferred() }))).toBeUndefined();
  expect(await codeKey(PUBLISHED, ws.context({ inputs: inferred(), cache: false }))).toBeUndefined();
  process.env[UNPUBLISHED] = 'a nonce';
  expect(await keyOf()).toBeUndefined();
  delete process.env[UNPUBLISHED];
  rmSync(ws.path(PUBLISHED));
  expect(await keyOf()).toBeUndefined();
});

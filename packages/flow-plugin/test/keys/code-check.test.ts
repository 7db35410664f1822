/** Whether the code that was executed is the code that was published. */
import { utimesSync } from 'node:fs';
import { codeCheck } from '../../src/keys/code-check';
import { publishFingerprints } from '../../src/keys/fingerprints';
import { fingerprintFile, PUBLISHED_AT } from '../../src/nx/published-files';
import { codeOf, FILE, flowOf, KeyWorkspace } from '../kit/key-workspace';

const fingerprintFlow = jest.fn();
jest.mock('@nx-flow/core/source', () => ({
  fingerprintFlow: (...args: unknown[]) => fingerprintFlow(...args),
}));

let ws: KeyWorkspace;
beforeEach(() => {
  ws = new KeyWorkspace();
  ws.keepTargets();
  ws.write(FILE, '');
});
afterEach(() => {
  ws.remove();
  delete process.env[PUBLISHED_AT];
});

const know = (digest: string, open: string[] = []) =>
  fingerprintFlow.mockImplementation(() => ({
    steps: { a: codeOf(digest, {}, open as never) },
    files: { [ws.path(FILE)]: 'hash' },
  }));
const publish = () => publishFingerprints(ws.keepSources(flowOf('a')), ws.root, []);
const check = () => codeCheck({ flow: FILE }, 'a', ws.context());

test('code that is as it was published has not changed, also where a comment was written meanwhile', async () => {
  know('one');
  await publish();
  const asked = check();
  ws.write(FILE, '// a comment');
  expect(await asked?.()).toBeUndefined();
});

test('code that was edited while it was executed has changed', async () => {
  know('one');
  await publish();
  const asked = check();
  ws.write(FILE, '1');
  know('two');
  expect(await asked?.()).toBe('The code of "a" changed after the command had begun');
});

test('code that another command has published since this one did has changed', async () => {
  know('one');
  await publish();
  process.env[PUBLISHED_AT] = '1000';
  const published = ws.path(fingerprintFile(FILE, 'f', 'a'));
  utimesSync(published, 0.5, 0.5);
  expect(await check()?.()).toBeUndefined();
  // Its own, in the same millisecond: Linux gives files finer times than a process asks for.
  utimesSync(published, 1.0009, 1.0009);
  expect(await check()?.()).toBeUndefined();
  utimesSync(published, 2, 2);
  expect(await check()?.()).toBe('The code of "a" changed after the command had begun');
});

test('nothing is asked of code that nobody can know, of no step, and of a flow that is not known', async () => {
  know('one', ['import(x)']);
  await publish();
  expect(check()).toBeUndefined();
  expect(codeCheck({ flow: FILE }, undefined, ws.context())).toBeUndefined();
  expect(codeCheck({ flow: 'other.flow.ts' }, 'a', ws.context())).toBeUndefined();
});

test('nothing is asked where the user has Nx hash what other targets write', async () => {
  know('one');
  await publish();
  const inputs = [{ dependentTasksOutputFiles: '**/*.ts' }];
  expect(codeCheck({ flow: FILE }, 'a', ws.context({ inputs }))).toBeUndefined();
  expect(
    codeCheck(
      { flow: FILE },
      'a',
      ws.context({ inputs: [{ dependentTasksOutputFiles: '**/digests.json' }] }),
    ),
  ).toBeDefined();
});

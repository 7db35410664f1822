/** Before every command: what is published, and what Nx is told where it cannot be. */
import { preTasksExecution } from '../../src/keys/publish';
import { fingerprintFile, KEYS, PUBLISHED_AT, UNPUBLISHED } from '../../src/nx/published-files';
import { codeOf, FILE, flowOf, KeyWorkspace } from '../kit/key-workspace';

jest.mock('@nx-flow/core/source', () => ({
  fingerprintFlow: () => ({ steps: { a: codeOf('code-a') }, files: {} }),
}));

let ws: KeyWorkspace;
let said = '';
beforeEach(() => {
  ws = new KeyWorkspace();
  said = '';
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += text;
    return true;
  });
});
afterEach(() => {
  jest.restoreAllMocks();
  ws.remove();
  delete process.env[UNPUBLISHED];
  delete process.env[PUBLISHED_AT];
});

const before = (...argv: string[]) => preTasksExecution(undefined, { workspaceRoot: ws.root, argv });

test('without flows nothing is written, and nothing is said', async () => {
  await before('test', 'p');
  expect([process.env[PUBLISHED_AT], said]).toEqual([undefined, '']);
});

test('with flows their keys are published, and the time is told to the tasks', async () => {
  ws.keepTargets();
  ws.keepSources(flowOf('a'));
  process.env[UNPUBLISHED] = 'of a command before';
  const since = Date.now();
  await before('test', 'p');
  expect(ws.read(fingerprintFile(FILE, 'f', 'a'))).toContain('code-a');
  expect(Number(process.env[PUBLISHED_AT])).toBeGreaterThanOrEqual(since);
  expect([process.env[UNPUBLISHED], said]).toEqual([undefined, '']);
});

test('where nothing can be published, the command goes on and nothing of flows is replayed', async () => {
  ws.keepTargets();
  ws.keepSources(flowOf('a'));
  ws.write(KEYS, 'a file in the place of the folder');
  await before('test', 'p');
  const nonce = process.env[UNPUBLISHED];
  expect(nonce).toMatch(/^[0-9a-f-]{36}$/);
  expect(said).toMatch(/^nx-flow: .*\. Spins are executed, not replayed\.\n$/);
  await before('test', 'p');
  expect(process.env[UNPUBLISHED]).not.toBe(nonce);
});

test('what is wrong with the folder is said with what to do', async () => {
  ws.keepTargets();
  ws.keepSources(flowOf('a'));
  ws.write(KEYS, 'a file in the place of the folder');
  await before('test', 'p');
  expect(said).toContain(`The folder ${ws.path(KEYS)} cannot be written (`);
});

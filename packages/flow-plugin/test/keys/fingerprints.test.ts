/** What is published of the code of steps, for the targets `spin-<step>` and `snapshot`. */
import { rmSync, statSync } from 'node:fs';
import { currentUser } from '@nx-flow/core/keys';
import { publishFingerprints } from '../../src/keys/fingerprints';
import type { SnapshotTargetKey, StepTargetKey } from '../../src/keys/target-keys';
import { fingerprintFile, snapshotKeyFile } from '../../src/nx/published-files';
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
  fingerprintFlow.mockReset();
});
afterEach(() => ws.remove());

/** The code of the flow's steps, from now on. */
const know = (steps: Record<string, unknown>) =>
  fingerprintFlow.mockImplementation(() => ({ steps, files: { [ws.path(FILE)]: 'hash' } }));

const publish = (...argv: string[]) => publishFingerprints(ws.keepSources(flowOf('a', 'b')), ws.root, argv);
const keyOf = (step: string) => ws.json<StepTargetKey>(fingerprintFile(FILE, 'f', step));

test('the key of a step holds its code and the layout of outputs, and no other step’s', async () => {
  know({ a: codeOf('code-a'), b: codeOf('code-b') });
  await publish();
  expect(keyOf('a')).toEqual({ code: { fingerprint: 'code-a', layout: expect.any(String) }, params: [] });
  const before = ws.read(fingerprintFile(FILE, 'f', 'a'));
  know({ a: codeOf('code-a'), b: codeOf('other') });
  await publish();
  expect(keyOf('b').code.fingerprint).toBe('other');
  expect(ws.read(fingerprintFile(FILE, 'f', 'a'))).toBe(before);
});

test('the key of a snapshot holds the code of every step', async () => {
  know({ a: codeOf('code-a'), b: codeOf('code-b') });
  await publish();
  expect(ws.json<SnapshotTargetKey>(snapshotKeyFile(FILE, 'f'))).toEqual({
    code: ['code-a', 'code-b'],
    params: [],
  });
});

test('a step that may ask for the user has a key for each', async () => {
  know({ a: codeOf('code-a', { user: true }), b: codeOf('code-b') });
  await publish();
  expect(keyOf('a').code.user).toBe(currentUser());
  expect(keyOf('b').code).not.toHaveProperty('user');
});

test('a step that may read runs has a key for each state of the store', async () => {
  know({ a: codeOf('code-a', { runs: true }), b: codeOf('code-b') });
  ws.write('.flow/generation', 'g1');
  await publish();
  expect(keyOf('a').code.store).toBe('g1');
  ws.write('.flow/generation', 'g2');
  await publish();
  expect(keyOf('a').code.store).toBe('g2');
  expect(keyOf('b').code).not.toHaveProperty('store');
});

test.each([
  ['code of a computed name', () => know({ a: codeOf('same', {}, ['import(x)'] as never) })],
  ['runs in another store', () => know({ a: codeOf('same', { stores: true }) })],
  ['a store without a name for its state', () => know({ a: codeOf('same', { runs: true }) })],
  [
    'a flow that does not parse',
    () =>
      fingerprintFlow.mockImplementation(() => {
        throw new Error('syntax');
      }),
  ],
])('a step that depends on %s has a new key each time', async (_, given) => {
  given();
  await publish();
  const before = ws.read(fingerprintFile(FILE, 'f', 'a'));
  await publish();
  expect(ws.read(fingerprintFile(FILE, 'f', 'a'))).not.toBe(before);
});

test('code is read again only when one of its files has changed', async () => {
  know({ a: codeOf('code-a'), b: codeOf('code-b') });
  await ws.settled(FILE);
  await publish();
  await publish();
  expect(fingerprintFlow).toHaveBeenCalledTimes(1);
  ws.write(FILE, '// edited');
  await publish();
  expect(fingerprintFlow).toHaveBeenCalledTimes(2);
});

test('a file that stays as it is keeps its time stamp, and one that was removed is written again', async () => {
  know({ a: codeOf('code-a'), b: codeOf('code-b') });
  await publish();
  const [a, b] = ['a', 'b'].map((step) => ws.path(fingerprintFile(FILE, 'f', step))) as [string, string];
  const before = statSync(a).mtimeMs;
  rmSync(b);
  await publish();
  expect(statSync(a).mtimeMs).toBe(before);
  expect(keyOf('b').code.fingerprint).toBe('code-b');
});

test('a parameter that names a file is in the keys with what the file holds', async () => {
  know({ a: codeOf('code-a'), b: codeOf('code-b') });
  ws.write('data.csv', '1');
  const publishWith = async () => {
    await publish('run', 'p:spin-b', '--params.from=data.csv');
    return [
      keyOf('a').params,
      keyOf('b').params,
      ws.json<SnapshotTargetKey>(snapshotKeyFile(FILE, 'f')).params,
    ];
  };
  const [a, b, snapshot] = await publishWith();
  expect(a).toHaveLength(1);
  expect([b, snapshot]).toEqual([a, a]);
  ws.write('data.csv', '2');
  expect((await publishWith())[0]).not.toEqual(a);
});

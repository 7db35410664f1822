/** What is published for the spins that a command may execute. */
import type { PublishedKey } from '@nx-flow/core/keys';
import { publishAgain, publishSpins } from '../../src/keys/spins';
import type { SpinTargetKey } from '../../src/keys/target-keys';
import { spinKeyFile } from '../../src/nx/published-files';
import { FILE, flowOf, KeyWorkspace } from '../kit/key-workspace';

const spinKey = jest.fn<Promise<PublishedKey | undefined>, [argv: string[], flow: string, cwd: string]>();
const keyHolds = jest.fn<boolean, [PublishedKey]>();
jest.mock('@nx-flow/core/keys', () => ({
  spinKey: (...args: Parameters<typeof spinKey>) => spinKey(...args),
  keyHolds: (key: PublishedKey) => keyHolds(key),
}));

let ws: KeyWorkspace;
beforeEach(() => {
  ws = new KeyWorkspace();
  ws.keepTargets();
  keyHolds.mockReset().mockReturnValue(false);
  spinKey.mockReset().mockImplementation(async ([, option]) => {
    const step = option?.replace('--step=', '') ?? '';
    return { selection: `newest ${step}`, step, key: `key of ${step}` };
  });
});
afterEach(() => ws.remove());

const CODES = new Map([[`${FILE} f`, { a: { digest: 'code-a' }, b: { digest: 'code-b' } }]]);
const publish = (command: string) =>
  publishSpins(ws.keepSources(flowOf('a', 'b')), ws.root, command.split(' '), CODES);
const published = () => ws.json<SpinTargetKey>(spinKeyFile(FILE, 'f'));
/** The command lines that a key was asked for. */
const asked = () => spinKey.mock.calls.map(([argv]) => argv.join(' '));

test('the spin of a command is published by its selection, with the code of its step', async () => {
  await publish('spin p --step=a');
  expect(asked()).toEqual([`${FILE} --step=a`]);
  expect(published()).toEqual({
    keys: { 'newest a': ['key of a'] },
    code: { a: { fingerprint: 'code-a', layout: expect.any(String) } },
  });
});

test.each(['test p', 'spin other --step=a', 'spin p', 'run p:spin-a', 'run-many -t spin'])(
  'nothing is asked for by `nx %s`, which spins no step here',
  async (command) => {
    await publish(command);
    expect(asked()).toEqual([]);
  },
);

test('a command that names no project, or the target by its long name, may spin it too', async () => {
  ws.keepTargets({
    'spin-f': {
      executor: 'nx:noop',
      dependsOn: [{ target: 'spin', params: 'forward' }],
    },
  });
  for (const command of ['run-many -t spin --step=a', 'spin-f p --step=a', 'run p:spin-f --step=a']) {
    spinKey.mockClear();
    await publish(command);
    expect([command, asked()]).toEqual([command, [`${FILE} --step=a`]]);
  }
  spinKey.mockClear();
  await publish('spin-g p --step=a');
  expect(asked()).toEqual([]);
});

test('a target that others forward their arguments to may be executed by a command that names another', async () => {
  ws.keepTargets({ report: { executor: 'x:y', dependsOn: [{ target: 'spin', params: 'forward' }] } });
  await publish('report p --step=a');
  expect(asked()).toEqual([`${FILE} --step=a`]);
});

test('a target that is configured with a step is published for each configuration, whatever the command', async () => {
  ws.keepTargets({
    tuned: {
      executor: '@nx-flow/plugin:spin',
      options: { flow: FILE, step: 'a' },
      configurations: { other: { step: 'b' } },
    },
  });
  await publish('test p');
  expect(asked()).toEqual([`${FILE} --step=a`, `${FILE} --step=b`]);
});

test('a key that holds is not asked for again, also after another step was spun in between', async () => {
  await publish('spin p --step=a');
  await publish('spin p --step=b');
  spinKey.mockClear();
  keyHolds.mockReturnValue(true);
  await publish('spin p --step=a');
  expect(asked()).toEqual([]);
  expect(published().keys).toEqual({ 'newest a': ['key of a'] });
});

test('a key for this once is published under no selection, and not kept', async () => {
  keyHolds.mockReturnValue(true);
  spinKey.mockResolvedValue({ selection: '', key: 'once', once: true });
  await publish('spin p --step=a');
  await publish('spin p --step=a');
  expect(spinKey).toHaveBeenCalledTimes(2);
  expect(published().keys).toEqual({ '*': ['once'] });
});

test('a command that would be refused publishes nothing', async () => {
  spinKey.mockResolvedValue(undefined);
  await publish('spin p --step=a');
  expect(() => published()).toThrow('ENOENT');
});

test('after a run, what was asked for is published as it is now', async () => {
  await publish('spin p --step=a');
  spinKey.mockResolvedValue({ selection: 'newest a', step: 'a', key: 'after the run' });
  await publishAgain('other.flow.ts', ws.root);
  expect(published().keys['newest a']).toEqual(['key of a']);
  await publishAgain(FILE, ws.root);
  expect(published().keys['newest a']).toEqual(['after the run']);
});

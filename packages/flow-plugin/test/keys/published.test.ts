/** What an executor finds of what was published for its task. */
import { publishedFor, publishedKeys } from '../../src/keys/published';
import { spinKeyFile, UNPUBLISHED } from '../../src/nx/published-files';
import { FILE, KeyWorkspace } from '../kit/key-workspace';

const PUBLISHED = spinKeyFile(FILE, 'f');
const INPUT = { fileset: `{workspaceRoot}/${PUBLISHED}`, includeIgnored: true };

let ws: KeyWorkspace;
beforeEach(() => {
  ws = new KeyWorkspace();
  process.env.NX_TASK_HASH = 'hash';
});
afterEach(() => {
  ws.remove();
  delete process.env.NX_TASK_HASH;
  delete process.env[UNPUBLISHED];
});

const keysOf = (cache = true) => publishedKeys(PUBLISHED, ws.context({ cache, inputs: [INPUT] }));

test('a target that names its published file has it', () => {
  expect(publishedFor(ws.context({ inputs: ['default', INPUT] }))).toEqual({ file: PUBLISHED });
});

test('a cached target whose inputs leave it out is refused, with what to write', () => {
  const { refused } = publishedFor(ws.context({ inputs: ['default'] }));
  expect(refused).toMatchObject({
    code: 'FLOW_TARGET_INPUTS',
    message: expect.stringMatching(/^The inputs of p:spin-a leave out .*"\.\.\."/),
  });
});

test('a target that is not cached may leave it out', () => {
  expect(publishedFor(ws.context({ cache: false, inputs: ['default'] }))).toEqual({});
});

test('the keys that were published are those of the task’s hash', () => {
  ws.write(PUBLISHED, JSON.stringify({ keys: { newest: ['k1', 'k2'] }, code: {} }));
  expect(keysOf()).toEqual({ newest: ['k1', 'k2'] });
});

test.each<[string, () => unknown]>([
  [
    'the selection could not be known',
    () => ws.write(PUBLISHED, JSON.stringify({ keys: { '*': ['x'], newest: ['k'] } })),
  ],
  ['nothing was published', () => undefined],
  ['what was published is cut off', () => ws.write(PUBLISHED, '{"keys":')],
])('there are no keys to compare with where %s', (_, given) => {
  given();
  expect(keysOf()).toBeUndefined();
});

test('there are none where Nx hashed nothing, where it caches nothing, and where publishing failed', () => {
  ws.write(PUBLISHED, JSON.stringify({ keys: { newest: ['k1'] }, code: {} }));
  expect(keysOf(false)).toBeUndefined();
  process.env[UNPUBLISHED] = 'a nonce';
  expect(keysOf()).toBeUndefined();
  delete process.env[UNPUBLISHED];
  delete process.env.NX_TASK_HASH;
  expect(keysOf()).toBeUndefined();
});

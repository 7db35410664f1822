/** What a step handed over comes back by a cache: what is none is refused in one sentence, and writes nothing. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { flow } from '../../../src';
import { requireGraph } from '../../../src/definition/flow';
import { HANDED_FILE, HANDOVER_VERSION } from '../../../src/engine/handover/layout';
import { readHandovers } from '../../../src/engine/handover/read';
import { stepFolder } from '../../../src/environment/output-folders';

const f = flow('handed');
const start = f.start(() => ({ one: 1 }));
const graph = requireGraph(f.end(f.step('next', { after: start }, () => ({ two: 2 }))));

let workspace: string;
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'nx-flow-handed-'));
});
afterEach(() => rmSync(workspace, { recursive: true, force: true }));

const row = {
  ...{ step: 'start', task: 1, kind: 'start', status: 'done', attempt: 0, parents: [], stack: [] },
  ...{ startedAt: 1, durationMs: 1, stored: ['one'], inherited: {}, reads: {} },
};
const artifact = { codec: 'json', version: 1, type: 'number', size: 1, digest: 'd', bytes: 'MQ==' };
const handed = {
  ...{ version: HANDOVER_VERSION, flow: 'handed', step: 'start', paramsDigest: 'p' },
  tasks: [{ row, artifacts: [['one', artifact]] }],
};

function read(given: unknown) {
  const folder = stepFolder(workspace, 'handed', 'start');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, HANDED_FILE), JSON.stringify(given));
  const cas = join(workspace, 'draft', 'cas');
  return readHandovers({ graph, step: 'next', workspace, paramsDigest: 'p' }, cas);
}
const withRow = (more: object) => ({
  ...handed,
  tasks: [{ row: { ...row, ...more }, artifacts: [['one', artifact]] }],
});
const withArtifact = (more: object) => ({
  ...handed,
  tasks: [{ row, artifacts: [['one', { ...artifact, ...more }]] }],
});

test('what a step handed over is read', async () => {
  const { store } = await read(handed);
  const [found] = await store.artifacts([{ flow: 'handed', run: 1, step: 'start', task: 1, name: 'one' }]);
  expect(found).toMatchObject({ type: 'number', bytes: Buffer.from('1') });
});

test.each<[string, unknown]>([
  ['null', null],
  ['no tasks', { ...handed, tasks: undefined }],
  ['a task that is none', { ...handed, tasks: [null] }],
  ['no parameters', { ...handed, paramsDigest: undefined }],
  ['another step', withRow({ step: 'next' })],
  ['a number that is none', withRow({ task: '../../1' })],
  ['labels that are none', withRow({ parents: ['../..'] })],
  ['what it inherits', withRow({ inherited: { a: 5 } })],
  ['what it read', withRow({ reads: { names: [['a']] } })],
  ['a split that is none', withRow({ stack: [{ index: 0 }] })],
  ['an error that is none', withRow({ error: 'x' })],
  ['a hash that leads elsewhere', withArtifact({ bytes: undefined, hash: '../../../outside' })],
  ['a file of this machine', withArtifact({ codec: 'file', bytes: undefined, path: '/etc/passwd' })],
  ['half a character in a name', withRow({ stored: ['\ud800'] })],
  ['half a character in an inherited name', withRow({ inherited: { '\ud800': 'start/1' } })],
  ['no bytes', withArtifact({ bytes: undefined })],
  ['a size that is none', withArtifact({ size: 'x' })],
])('refused: %s', async (_, given) => {
  await expect(read(given)).rejects.toMatchObject({ code: 'FLOW_HANDOVER' });
  expect(readdirSync(workspace)).toEqual(['dist']);
});

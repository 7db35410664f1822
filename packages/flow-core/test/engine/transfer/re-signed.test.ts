/** Rows that nx-flow did not write are refused at the door, though all checksums of their file are right. */
import { flow } from '../../../src/definition/flow';
import { Kind, PREAMBLE } from '../../../src/engine/transfer/format';
import { record } from '../../../src/store/rows/records';
import { type Frame, framesOf, signed } from '../../fuzz/signed';
import { MemoryEngine } from '../../kit/memory';
import { exported, FileStore, imported } from './kit';

const f = flow('carried');
const start = f.start(() => ({ ns: [0, 1], large: Buffer.alloc(50_000, 7) }));
const each = f.foreach('each', { after: start, over: 'ns' }, ({ input }) => ({ n: input }));
const carried = f.end(f.join('all', { after: each }, ({ inputs }) => ({ count: inputs.length })));

let file: Buffer;
const stores: FileStore[] = [];
const place = () => {
  const store = new FileStore();
  stores.push(store);
  return store;
};
beforeAll(async () => {
  const { store } = place();
  await new MemoryEngine(store).run(carried);
  const log = { stream: 'stdout' as const, at: 1, text: 'printed\n' };
  const code = {
    format: 1,
    parts: [['body', 'each', 'x']],
    steps: { each: [0] },
    digests: { each: 'x' },
    other: [],
    otherDigest: '',
  };
  await store.commit([
    record.log('carried', 1, { step: 'each', task: 2, attempt: 0, seq: 0 }, log),
    ...record.code('carried', 1, code as never),
  ]);
  file = await exported(store, 'carried', 1);
});
afterAll(() => {
  for (const store of stores) store.dispose();
});

// biome-ignore lint/suspicious/noExplicitAny: rows that are none
type Data = any;

/** The file with one row edited, signed again. */
function edited(kind: Kind, edit: (row: Data) => unknown): Buffer {
  const frames = framesOf(file);
  const frame = frames.find((one) => one.kind === kind) as Frame;
  const row = structuredClone(frame.row);
  frame.row = edit(row) ?? row;
  return signed(file.subarray(0, PREAMBLE), frames);
}

test('as it is, it is taken', async () => {
  const { run } = await imported(place().store, signed(file.subarray(0, PREAMBLE), framesOf(file)));
  expect(run).toMatchObject({ run: 1, status: 'done' });
});

const set = (edit: (row: Data) => void) => (row: Data) => {
  edit(row);
};
const CASES: [what: string, kind: Kind, edit: (row: Data) => unknown][] = [
  ['a head that is null', Kind.Head, ({ id }) => ({ id, run: null })],
  [
    'a run whose flow leads out of its place',
    Kind.Head,
    set(({ run }) => Object.assign(run, { flow: '../x' })),
  ],
  ['a run without steps', Kind.Head, set(({ run }) => Object.assign(run, { steps: undefined }))],
  [
    'a run with a step of no kind',
    Kind.Head,
    set(({ run }) => Object.assign(run.steps[0], { kind: 'sorcery' })),
  ],
  ['a run with an absurd number', Kind.Head, set(({ run }) => Object.assign(run, { run: 1e15 }))],
  ['a run that goes on', Kind.Head, set(({ run }) => Object.assign(run, { status: 'running' }))],
  [
    'a run of a user with an escape sequence',
    Kind.Head,
    set(({ run }) => Object.assign(run, { user: 'a\x1b[31m' })),
  ],
  [
    'a run whose namespace is turned round',
    Kind.Head,
    set(({ run }) => Object.assign(run, { namespace: 'a\u202eb' })),
  ],
  ['a run with tags that are no texts', Kind.Head, set(({ run }) => Object.assign(run, { tags: [{}] }))],
  ['a run without parameters', Kind.Head, set(({ run }) => Object.assign(run, { paramInputs: 3 }))],
  ['a run whose error is none', Kind.Head, set(({ run }) => Object.assign(run, { error: { name: 1 } }))],
  [
    'a run with counts of its own',
    Kind.Head,
    set(({ run }) => Object.assign(run, { contents: { each: {} } })),
  ],
  ['a run that was repaired elsewhere', Kind.Head, set(({ run }) => Object.assign(run, { repaired: 1 }))],
  ['a task that is a list', Kind.Task, () => []],
  ['a task that is a log', Kind.Task, () => ({ step: 'each', task: 2, attempt: 0, seq: 0, text: '' })],
  ['a task of a step with a path', Kind.Task, set((row) => Object.assign(row, { step: '../start' }))],
  ['a task with an absurd number', Kind.Task, set((row) => Object.assign(row, { task: 1e12 }))],
  ['a task under way', Kind.Task, set((row) => Object.assign(row, { status: 'running' }))],
  ['a task with parents that are none', Kind.Task, set((row) => Object.assign(row, { parents: 'start/1' }))],
  [
    'a task with a parent in another run',
    Kind.Task,
    set((row) => Object.assign(row, { parents: ['7/start/1'] })),
  ],
  [
    'a task that inherits from nowhere',
    Kind.Task,
    set((row) => Object.assign(row, { inherited: { a: 'x' } })),
  ],
  [
    'a task without a list of what it stored',
    Kind.Task,
    set((row) => Object.assign(row, { stored: undefined })),
  ],
  [
    'a task with a stack that is none',
    Kind.Task,
    set((row) => Object.assign(row, { stack: [{ step: 'a' }] })),
  ],
  ['a task that began never', Kind.Task, set((row) => Object.assign(row, { startedAt: 'now' }))],
  [
    'an artifact of a name that no key can hold',
    Kind.Artifact,
    set(({ at }) => Object.assign(at, { name: '\ud800' })),
  ],
  [
    'an artifact of a name with a line break',
    Kind.Artifact,
    set(({ at }) => Object.assign(at, { name: 'a\nb' })),
  ],
  ['an artifact of no task', Kind.Artifact, set(({ at }) => Object.assign(at, { task: -1 }))],
  [
    'an artifact without a codec',
    Kind.Artifact,
    set(({ meta }) => Object.assign(meta, { codec: undefined })),
  ],
  ['an artifact with another size', Kind.Artifact, set(({ meta }) => Object.assign(meta, { size: 7e9 }))],
  [
    'an artifact with a file of this machine',
    Kind.Artifact,
    set(({ meta }) => Object.assign(meta, { path: '/etc/hosts' })),
  ],
  [
    'an artifact whose bytes lie elsewhere',
    Kind.Artifact,
    set(({ meta }) => Object.assign(meta, { hash: '../../x' })),
  ],
  ['output of no stream', Kind.Log, set((row) => Object.assign(row, { stream: 'printer' }))],
  ['output that is no text', Kind.Log, set((row) => Object.assign(row, { text: { a: 1 } }))],
  ['output with an absurd place', Kind.Log, set((row) => Object.assign(row, { seq: -1 }))],
  [
    'code with parts that are not there',
    Kind.Code,
    set((row) => Object.assign(row, { steps: { each: [9] } })),
  ],
  ['code without digests', Kind.Code, set((row) => Object.assign(row, { digests: null }))],
];

test.each(CASES)('%s', async (_, kind, edit) => {
  const target = place();
  const before = await target.whole();
  await expect(imported(target.store, edited(kind, edit))).rejects.toMatchObject({
    ...{ code: 'FLOW_IMPORT_CORRUPT', exit: 1 },
    message: 'the file cannot be imported: it holds a record that is none of a run. Nothing was changed.',
  });
  expect(await target.whole()).toEqual(before);
});

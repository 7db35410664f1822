/** An import of a run that is here, and of which the store has lost something, brings that back, and changes nothing else. */
import { chmodSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kind, PREAMBLE } from '../../../src/engine/transfer/format';
import { keys } from '../../../src/store/kv/row-keys';
import type { CodeRow } from '../../../src/store/rows/rows';
import { type Frame, framesOf, signed } from '../../fuzz/signed';
import { DamagedStore, type Rows } from '../verify/damaged-store';
import { exported, imported } from './kit';

const damaged = new DamagedStore();
let before: Rows;
beforeAll(async () => {
  await damaged.make();
  before = await damaged.rows();
});
beforeEach(() => damaged.fresh());
afterAll(() => damaged.dispose());

const bad = Buffer.from('{"status":"done"}????');

async function fileOf(run: number): Promise<Buffer> {
  const store = await damaged.open();
  const file = await exported(store, 'films', run);
  await store.close();
  return file;
}

async function bringBack(file: Buffer, namespace?: string) {
  const store = await damaged.open();
  try {
    const result = await imported(store, file, namespace === undefined ? {} : { namespace });
    expect((await exported(store, 'films', result.run.run)).equals(file)).toBe(true);
    return result;
  } finally {
    await store.close();
  }
}

/** The one file of a large value. */
function largeFile(): string {
  const cas = join(damaged.folder, 'cas');
  const name = (readdirSync(cas, { recursive: true }) as string[]).find((one) => /[0-9a-f]{64}$/.test(one));
  const path = join(cas, name as string);
  chmodSync(path, 0o600);
  return path;
}
const zeros = () => writeFileSync(largeFile(), Buffer.alloc(statSync(largeFile()).size));
const lose = (keyOf: (run: number) => string) => (run: number) =>
  damaged.raw([{ key: keyOf(run), value: undefined }]);
const spoil = (keyOf: (run: number) => string) => (run: number) =>
  damaged.raw([{ key: keyOf(run), value: bad }]);

const task = (run: number) => keys.task('films', run, 'each', 3);
const artifact = (run: number) => keys.artifact('films', run, 'each', 3, 'twice');
const log = (run: number) => keys.log('films', run, 'start', 1, 0, 0);
const code = (run: number) => keys.code('films', run);
const damages: [string, (run: number) => unknown, { records: number; values: number }][] = [
  ['a task', lose(task), { records: 1, values: 0 }],
  ['an artifact', lose(artifact), { records: 1, values: 0 }],
  ['a piece of output', lose(log), { records: 1, values: 0 }],
  ['the bytes of a task', spoil(task), { records: 1, values: 0 }],
  ['the bytes of the code', spoil(code), { records: 1, values: 0 }],
  ['the bytes of a large value', zeros, { records: 0, values: 1 }],
  ['a large value', () => rmSync(largeFile()), { records: 0, values: 1 }],
];

test.each(damages)('a run has lost %s', async (_, damage, mended) => {
  const file = await fileOf(1);
  await damage(1);
  expect(await bringBack(file)).toMatchObject({ known: true, run: { run: 1 }, mended });
  expect(await damaged.rows()).toEqual(before);
  expect((await damaged.verify()).problems).toEqual([]);
  // And then it is whole.
  expect((await bringBack(file)).mended).toBeUndefined();
});

test.each(damages)('an imported run has lost %s', async (_, damage, mended) => {
  const file = await fileOf(1);
  const { run } = await bringBack(file, 'ci');
  const rows = await damaged.rows();
  await damage(run.run);
  expect(await bringBack(file, 'ci')).toMatchObject({ known: true, run: { run: run.run }, mended });
  expect(await damaged.rows()).toEqual(rows);
});

test('an imported run has lost its own row: it is imported again, under its number', async () => {
  const file = await fileOf(1);
  const { run } = await bringBack(file, 'ci');
  for (const value of [undefined, bad]) {
    await damaged.raw([{ key: keys.run('films', run.run), value }]);
    expect(await bringBack(file, 'ci')).toMatchObject({ known: false, run: { run: run.run } });
  }
});

test('what another run had, of which this one took tasks over, comes back after a repair', async () => {
  const files = [await fileOf(1), await fileOf(2)];
  await damaged.raw([{ key: artifact(1), value: undefined }]);
  const damagedRows = await damaged.rows();
  await expect(bringBack(files[1] as Buffer)).rejects.toMatchObject({
    ...{ code: 'FLOW_STORE_CORRUPT', exit: 1 },
    message:
      'films/2 is here already, and the store has lost some of it, which the file does not bring back. Give nx-flow verify --repair --read-data, and then import the file again, as a run of its own.',
  });
  expect(await damaged.rows()).toEqual(damagedRows);
  await damaged.repair();
  for (const file of files) {
    expect((await bringBack(file)).known).toBe(false);
    expect((await bringBack(file)).known).toBe(true);
  }
});

test('a file with other code brings back what is lost, and the code stays as it is', async () => {
  const file = await fileOf(1);
  const frames = framesOf(file);
  const code = frames.find(({ kind }) => kind === Kind.Code) as Frame;
  code.row = { ...(code.row as CodeRow), otherDigest: 'of another' };
  await lose(task)(1);
  const store = await damaged.open();
  const { mended } = await imported(store, signed(file.subarray(0, PREAMBLE), frames));
  await store.close();
  expect(mended).toEqual({ records: 1, values: 0 });
  expect(await damaged.rows()).toEqual(before);
});

test('a value that cannot be read is named', async () => {
  const path = largeFile();
  rmSync(path);
  mkdirSync(path);
  const store = await damaged.open();
  await expect(exported(store, 'films', 1)).rejects.toMatchObject({
    code: 'FLOW_STORE_CORRUPT',
    message: expect.stringContaining(`${path} cannot be read (EISDIR)`),
  });
  await store.close();
});

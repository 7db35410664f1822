/** A store that is moved, removed or replaced while large values are written. */
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileCas } from '../../../src/store/cas/cas';

let folder: string;
let store: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nx-flow-test-'));
  store = join(folder, '.flow');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const bytes = (fill: number) => Buffer.alloc(100_000, fill);
const files = (path: string) => readdirSync(path, { recursive: true });
const MOVED = { code: 'FLOW_STORE_MOVED' };

test('a store that is not there yet is made by the first value, and by no later one', async () => {
  const cas = new FileCas(join(store, 'cas'));
  await cas.write(bytes(1));
  rmSync(store, { recursive: true });
  await expect(cas.write(bytes(2))).rejects.toMatchObject(MOVED);
  expect(files(folder)).toEqual([]);
});

test('what is stored after a store was moved goes neither to its old place nor to what lies there', async () => {
  mkdirSync(store);
  const cas = new FileCas(join(store, 'cas'));
  const hash = await cas.write(bytes(1));
  renameSync(store, join(folder, 'elsewhere'));
  await expect(cas.write(bytes(2))).rejects.toMatchObject(MOVED);
  expect(() => cas.read(hash)).toThrow(expect.objectContaining(MOVED));
  expect(files(folder)).not.toContain('.flow');
  mkdirSync(store);
  await expect(cas.write(bytes(3))).rejects.toMatchObject(MOVED);
  expect(files(store)).toEqual([]);
  rmSync(store, { recursive: true });
  renameSync(join(folder, 'elsewhere'), store);
  expect(cas.has(await cas.write(bytes(4)))).toBe(true);
});

test('a value that is written while the store is away is not acknowledged', async () => {
  mkdirSync(store);
  const cas = new FileCas(join(store, 'cas'));
  await cas.write(bytes(1));
  const was = files(store).length;
  const source = join(folder, 'source');
  const away = () => renameSync(store, join(folder, 'elsewhere'));
  writeFileSync(source, bytes(5));
  await expect(cas.writeFile(source, away)).rejects.toMatchObject(MOVED);
  expect(files(folder).filter((name) => String(name).startsWith('.flow'))).toEqual([]);
  expect(files(join(folder, 'elsewhere')).length).toBeGreaterThanOrEqual(was);
});

test('a symbolic link is followed once: one that leads elsewhere later changes nothing', async () => {
  const [one, two] = ['one', 'two'].map((name) => join(folder, name)) as [string, string];
  mkdirSync(one);
  mkdirSync(two);
  symlinkSync(one, store);
  const cas = new FileCas(join(store, 'cas'));
  rmSync(store);
  symlinkSync(two, store);
  const hash = await cas.write(bytes(1));
  expect([files(two), new FileCas(join(one, 'cas')).has(hash)]).toEqual([[], true]);
});

/** file(): artifacts that are files, on a store in memory and through the Runner. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type FileArtifact, file, flow, merge } from '../../../src';
import { FileCas } from '../../../src/store/cas/cas';
import { MemoryKv } from '../../../src/store/kv/memory';
import { Store } from '../../../src/store/store';
import { unkeptArtifact } from '../../../src/store/values/artifacts';
import { Runner } from '../../../src/testing';
import { MemoryEngine } from '../../kit/memory';

let folder: string;
let engine: MemoryEngine;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nx-flow-test-'));
  engine = new MemoryEngine();
});
afterEach(async () => {
  await engine.store.close();
  rmSync(folder, { recursive: true, force: true });
});

function written(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const f = flow('files', {});
const start = f.start(() => ({ report: file(join(folder, 'report.csv')), n: 1 }));
const read = f.step('read', { after: start }, async ({ self }) => {
  const chunks: Buffer[] = [];
  for await (const chunk of self.report.stream()) chunks.push(chunk);
  return {
    seen: [self.report.name, self.report.size, await self.report.text(), Buffer.concat(chunks).toString()],
    bytes: await self.report.bytes(),
    report: self.report,
  };
});
const flowOf = f.end(read);

test('a file reaches the next steps as a handle, in pieces or whole', async () => {
  written('report.csv', 'a,b\n');
  const ran = await engine.run(flowOf);
  expect(ran.error).toBeUndefined();
  rmSync(join(folder, 'report.csv'));
  const after = await engine.after(ran, 'read');
  expect(after.seen).toEqual(['report.csv', 4, 'a,b\n', 'a,b\n']);
  expect(Buffer.from(after.bytes as Uint8Array).toString()).toBe('a,b\n');
  const report = after.report as FileArtifact;
  expect(readFileSync(report.path, 'utf8')).toBe('a,b\n');
  expect(JSON.parse(JSON.stringify(report))).toEqual({ name: 'report.csv', size: 4, path: report.path });
});

test('what a store in memory has made files of is gone when it is closed', async () => {
  written('report.csv', 'x');
  const { path } = (await engine.after(await engine.run(flowOf), 'read')).report as FileArtifact;
  expect(existsSync(path)).toBe(true);
  await engine.store.close();
  expect(existsSync(path)).toBe(false);
});

test('one that is passed on is not stored again', async () => {
  written('report.csv', 'a');
  const { writeFile } = engine.store.cas;
  const stored: string[] = [];
  engine.store.cas.writeFile = function (path) {
    stored.push(basename(path));
    return writeFile.call(this, path);
  };
  expect((await engine.run(flowOf)).status).toBe('done');
  expect(stored).toEqual(['report.csv']);
});

test('two files are the same when content and base name are', async () => {
  mkdirSync(join(folder, 'other'));
  const digest = async (name: string, text: string) =>
    (await unkeptArtifact('x', file(written(name, text)))).digest;
  const one = await digest('a.csv', '1');
  expect(await digest('other/a.csv', '1')).toBe(one);
  expect(await digest('a.csv', '2')).not.toBe(one);
  expect(await digest('b.csv', '1')).not.toBe(one);
  expect(await digest('empty', '')).not.toBe(digest('other/nothing', ''));
});

test('merge() passes files on, and tells those that differ', async () => {
  const g = flow('merges');
  const first = g.start(() => ({ names: ['a', 'b'], all: file(written('all.txt', 'all')) }));
  const each = g.foreach('each', { after: first, over: 'names' }, ({ input }) => ({
    one: file(written('one.txt', input)),
  }));
  const join1 = g.join('join', { after: each }, ({ inputs }) => ({
    ...merge(inputs, { exclude: ['one'] }),
    names: inputs.map(({ one }) => one.name),
  }));
  const ran = await engine.run(g.end(join1));
  expect(ran.error).toBeUndefined();
  expect(await ((await engine.after(ran, 'join')).all as FileArtifact).text()).toBe('all');

  const h = flow('conflicts');
  const top = h.start(() => ({ names: ['a', 'b'] }));
  const split = h.foreach('split', { after: top, over: 'names' }, ({ input }) => ({
    one: file(written('one.txt', input)),
  }));
  const clash = h.join('clash', { after: split }, ({ inputs }) => ({ ...merge(inputs) }));
  expect((await engine.run(h.end(clash))).error?.message).toContain(
    '"one": conflicts/1/split/2 has a File(one.txt) of 1 bytes; conflicts/1/split/3 has',
  );
});

test.each([
  ['that is not there', 'gone.csv', 'there is no such file'],
  ['that is a folder', '.', 'that is a folder: return a file, such as an archive of it'],
  ['below a file', 'plain.txt/below', 'it cannot be read (ENOTDIR)'],
])('a path %s is an error that names step and artifact', async (_, path, why) => {
  written('plain.txt', '');
  const g = flow('wrong');
  const only = g.start(() => ({ report: file(join(folder, path)) }));
  const ran = await engine.run(g.end(only));
  expect(ran.error).toMatchObject({
    code: 'FLOW_FILE',
    message: `Step "start" returned the artifact "report" as file('${join(folder, path)}'), but ${why}.`,
  });
});

test('what is no path is refused at once, and a file inside another value with a hint', async () => {
  expect(() => file('')).toThrow(expect.objectContaining({ code: 'FLOW_FILE' }));
  expect(() => file(3 as never)).toThrow('file() takes the path of a file, not 3.');
  const g = flow('nested');
  const only = g.start(() => ({ reports: [file(written('a.txt', ''))] }));
  expect((await engine.run(g.end(only))).error?.message).toBe(
    'The artifact reports cannot be stored: reports[0] is a file(), which is an artifact of its own: ' +
      'return it as one, not inside another.',
  );
});

test('a relative path counts from the working directory of the moment', () => {
  expect(file('here.txt').path).toBe(join(process.cwd(), 'here.txt'));
});

test('a spin writes nothing, says whether the file is the same, and may be given one', async () => {
  written('report.csv', '1');
  await engine.run(flowOf);
  engine.store.kv.batch = () => Promise.reject(new Error('a spin wrote'));
  engine.store.cas.write = () => Promise.reject(new Error('a spin wrote bytes'));
  engine.store.cas.writeFile = () => Promise.reject(new Error('a spin wrote a file'));
  const changeOf = async () => {
    const { artifacts, error } = await engine.spin(flowOf, 'start');
    expect(error).toBeUndefined();
    return artifacts[0];
  };
  expect(await changeOf()).toMatchObject({
    name: 'report',
    type: 'File(report.csv)',
    size: 1,
    change: 'same',
  });
  written('report.csv', '2');
  expect(await changeOf()).toMatchObject({ change: 'changed' });
  const given = await engine.spin(flowOf, 'read', { set: { report: file(written('other.csv', 'given')) } });
  expect(given.error).toBeUndefined();
  expect(given.artifacts[0]?.value).toEqual(['other.csv', 5, 'given', 'given']);
  expect(given.artifacts[2]).toMatchObject({ name: 'report', change: 'changed', size: 5 });
  await expect(engine.spin(flowOf, 'read', { set: { report: file(join(folder, 'no')) } })).rejects.toThrow(
    `The artifact "report" was given as file('${join(folder, 'no')}'), but there is no such file.`,
  );
});

test('a retry, a resume and the Runner keep files', async () => {
  let fails = 1;
  const g = flow('again');
  const first = g.start({ retry: { times: 1, wait: '0s' } }, ({ current }) => {
    const report = file(written('report.csv', `attempt ${current.attempt}`));
    if (current.attempt === 0) throw new Error('first');
    return { report };
  });
  const next = g.step('next', { after: first }, async ({ self }) => {
    if (fails-- > 0) throw new Error('not yet');
    return { text: await self.report.text() };
  });
  const again = g.end(next);
  const runner = new Runner(again);
  try {
    expect((await runner.run()).status).toBe('failed');
    rmSync(join(folder, 'report.csv'));
    const resumed = await runner.resume();
    expect(resumed.error).toBeUndefined();
    expect(await resumed.run.artifacts.text).toBe('attempt 1');
    const report = await resumed.run.artifacts.report;
    expect([report.name, await report.text()]).toEqual(['report.csv', 'attempt 1']);
    const spun = await runner.spin(next, { artifacts: { report: file(written('given.csv', 'given')) } });
    expect(spun.artifacts.text).toBe('given');
    const made = await runner.spin(first, { artifacts: undefined });
    expect(made.error?.message).toBe('first');
  } finally {
    await runner.dispose();
  }
});

test('step.run() gives the handle as it is', async () => {
  const path = written('report.csv', 'x');
  expect((await start.run({})).report?.path).toBe(path);
  expect((await read.run({ self: { report: file(path) } })).seen).toEqual(['report.csv', 1, 'x', 'x']);
});

describe('in a store of files', () => {
  test('even a small one lies in the CAS', async () => {
    const disk = new MemoryEngine(new Store(new MemoryKv(), new FileCas(join(folder, 'cas'))));
    written('report.csv', 'abc');
    const ran = await disk.run(flowOf);
    const first = (await disk.after(ran, 'start')).report as FileArtifact;
    const passedOn = (await disk.after(ran, 'read')).report as FileArtifact;
    expect(first.path.startsWith(join(folder, 'cas'))).toBe(true);
    expect(passedOn.path).toBe(first.path);
  });
});

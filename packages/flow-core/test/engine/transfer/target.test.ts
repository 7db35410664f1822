/** Where a person may have a file written: never over a file of a store, nor in the place of what is no file. */
import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withRunIdFile } from '../../../src/cli/run-id-file';
import { flow } from '../../../src/definition/flow';
import { exportToFile } from '../../../src/engine/transfer/file';
import type { RunRow } from '../../../src/store/rows/rows';
import { MemoryEngine } from '../../kit/memory';
import { exported, FileStore } from './kit';

const origin = new FileStore();
let folder: string;
let file: Buffer;
beforeAll(async () => {
  const f = flow('carried');
  await new MemoryEngine(origin.store).run(f.end(f.start(() => ({ n: 1 }))));
  file = await exported(origin.store, 'carried', 1);
});
afterAll(() => origin.dispose());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nx-flow-target-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (name: string) => join(folder, name);
async function written(name: string): Promise<void> {
  const run = (await origin.store.run('carried', 1)) as RunRow;
  await exportToFile(at(name), { store: origin.store, run });
}
const refused = (work: Promise<unknown>) =>
  work.then(
    () => 'nothing was refused',
    ({ message }) => message,
  );

test('a symbolic link stays, and the file that it leads to is written, also one that is not there yet', async () => {
  mkdirSync(at('elsewhere'));
  writeFileSync(at('elsewhere/old'), 'old');
  symlinkSync('elsewhere/old', at('link'));
  symlinkSync('link', at('link-to-link'));
  symlinkSync('elsewhere/new', at('dangling'));
  symlinkSync('elsewhere', at('folder'));
  for (const [name, path] of [
    ['link-to-link', 'elsewhere/old'],
    ['dangling', 'elsewhere/new'],
    ['folder/inside', 'elsewhere/inside'],
  ] as const) {
    await written(name);
    expect(readFileSync(at(path)).equals(file)).toBe(true);
  }
  for (const link of ['link', 'link-to-link', 'dangling', 'folder'])
    expect(lstatSync(at(link)).isSymbolicLink()).toBe(true);
  expect(readdirSync(at('elsewhere')).sort()).toEqual(['inside', 'new', 'old']);
});

test('what is no file is not replaced', async () => {
  execFileSync('mkfifo', [at('pipe')]);
  mkdirSync(at('some'));
  symlinkSync('pipe', at('to-pipe'));
  symlinkSync('circle', at('circle'));
  const server = createServer().listen(at('socket'));
  await new Promise((listening) => server.once('listening', listening));
  expect(await refused(written('pipe'))).toBe(
    `${at('pipe')} cannot be written: it is a named pipe: name a file, or - for stdout.`,
  );
  expect(await refused(written('to-pipe'))).toContain('it is a named pipe');
  expect(await refused(written('socket'))).toContain('it is a socket');
  expect(await refused(written('some'))).toContain('it is a folder: name a file in it.');
  expect(await refused(written('circle'))).toMatch(/cannot be written: it is a link to itself \(ELOOP\)/);
  expect(await refused(exportToFile('/dev/null', {} as never))).toContain('it is a device');
  expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
  expect(lstatSync(at('pipe')).isFIFO()).toBe(true);
  await new Promise((closed) => server.close(closed));
});

test.each(['export', 'run-id-file'])('%s writes nothing into a store, by whatever path', async (what) => {
  mkdirSync(at('store/db'), { recursive: true });
  mkdirSync(at('store/cas/ab'), { recursive: true });
  mkdirSync(at('.flow/env'), { recursive: true });
  writeFileSync(at('store/db/CURRENT'), 'MANIFEST-000001\n');
  writeFileSync(at('store/db/nx-flow.json'), '{}');
  symlinkSync('store/db', at('in-disguise'));
  symlinkSync('store/new', at('dangling'));
  for (const name of [
    'store/db/CURRENT',
    'store/x',
    'store/cas/ab/x',
    'in-disguise/CURRENT',
    'dangling',
    '.flow/env/x',
  ])
    if (what === 'export')
      expect(await refused(written(name))).toMatch(/it lies in the store .*(store|\.flow), where/);
    else
      expect(() => withRunIdFile({ options: { 'run-id-file': name }, cwd: folder }, () => {})).toThrow(
        /cannot be written to .* \(it lies in the store .*(store|\.flow)\): --run-id-file takes/,
      );
  expect(readFileSync(at('store/db/CURRENT'), 'utf8')).toBe('MANIFEST-000001\n');
  expect(readdirSync(at('store'))).toEqual(['cas', 'db']);
});

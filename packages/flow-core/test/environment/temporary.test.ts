import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sweepTemporary, temporaryName } from '../../src/environment/temporary';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nx-flow-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('what processes that are gone left is removed; what living ones, other machines and others made stays', () => {
  const ours = temporaryName();
  // No process can have this number.
  const gone = ours.replace(`-${process.pid}-`, `-${2 ** 30}-`);
  const elsewhere = gone.replace(/^\.nx-flow-.*-(\d+-)/, '.nx-flow-elsewhere-$1');
  for (const name of [ours, gone, `${gone}.part`, elsewhere, 'data.csv', '.nx-flow-notes'])
    writeFileSync(join(folder, name), '');
  mkdirSync(join(folder, `${gone}-1`, 'deep'), { recursive: true });
  sweepTemporary(folder);
  expect(readdirSync(folder).sort()).toEqual([ours, elsewhere, 'data.csv', '.nx-flow-notes'].sort());
});

test('a folder that is not there is none to sweep', () => {
  sweepTemporary(join(folder, 'absent'));
  expect(readdirSync(folder)).toEqual([]);
});

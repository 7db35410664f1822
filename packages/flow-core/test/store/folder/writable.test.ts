import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { remedy, unwritable } from '../../../src/store/folder/writable';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nx-flow-writable-'));
  writeFileSync(join(folder, 'plain'), '');
});
afterAll(() => rmSync(folder, { recursive: true }));

test('what is in the way of a folder is found before anything is made', () => {
  expect(unwritable(join(folder, 'not', 'there', 'yet'))).toBeUndefined();
  expect(unwritable(join(folder, 'plain', 'below'))).toBe('ENOTDIR');
});

test.each([
  ['EACCES', 'not/there', 'make <folder> writable'],
  ['EROFS', 'plain', 'make <folder>/plain writable'],
  ['ENOSPC', 'not/there', 'make room on its disk'],
  ['EEXIST', 'plain', 'remove or rename <folder>/plain, which is not a folder'],
  ['ENOENT', 'not/there', undefined],
  ['FLOW_USAGE', 'plain', undefined],
])('%s at %s', (code, path, told) => {
  expect(remedy(code, join(folder, path))?.replace(folder, '<folder>')).toBe(told);
});

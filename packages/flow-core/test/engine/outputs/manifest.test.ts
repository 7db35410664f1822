import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { damageOf, isMisnamed, renameManifest, writeManifest } from '../../../src/engine/outputs/manifest';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nx-flow-whole-'));
  writeFileSync(join(folder, 'a.txt'), 'one');
  writeManifest(folder, 'hash');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a folder as it was written is whole, by its own name', () => {
  expect([damageOf(folder), isMisnamed(folder, 'hash'), isMisnamed(folder, 'other')]).toEqual([
    undefined,
    false,
    true,
  ]);
  renameManifest(folder, 'other');
  expect([damageOf(folder), isMisnamed(folder, 'other')]).toEqual([undefined, false]);
});

test('what is missing or another is named', () => {
  writeFileSync(join(folder, 'a.txt'), 'two');
  expect(damageOf(folder)).toBe('has another a.txt');
  rmSync(join(folder, 'a.txt'));
  expect(damageOf(folder)).toBe('lacks a.txt');
});

test.each([
  ['none', undefined],
  ['one that was cut off', '{"task":"ha'],
  ['one of another version', '{"a.txt":{"size":3}}'],
  ['no list at all', 'null'],
  ['one without sizes', '{"files":{"a.txt":{}}}'],
  ['one of files elsewhere', '{"files":{"../a.txt":{"size":3,"sha256":""}}}'],
  ['one of files anywhere', '{"files":{"/etc/passwd":{"size":3,"sha256":""}}}'],
  ['one of no files', '{"files":{"a.txt":null}}'],
])('a list of files that cannot be read: %s', (_, text) => {
  if (text === undefined) rmSync(join(folder, 'files.json'));
  else writeFileSync(join(folder, 'files.json'), text);
  expect([damageOf(folder), isMisnamed(folder, 'hash')]).toEqual(['has no list of its files', false]);
});

test('what cannot be a file is missing', () => {
  mkdirSync(join(folder, 'b'));
  const list = (name: string) => JSON.stringify({ files: { [name]: { size: 4096, sha256: '' } } });
  for (const name of ['b', 'a.txt/b', 'a'.repeat(5000), 'a\0']) {
    writeFileSync(join(folder, 'files.json'), list(name));
    expect(damageOf(folder)).toBe(`lacks ${name}`);
  }
});

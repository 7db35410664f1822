/** Text whose nesting would end the process of the parser is told from what people and generators write. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tooDeep } from '../../src/source/nesting';

test.each([
  ['brackets', '('.repeat(5000)],
  ['brackets over many lines', 'x = [\n'.repeat(5000)],
  ['prefixes', `x = ${'!'.repeat(5000)}1`],
  ['words', `x = ${'typeof '.repeat(5000)}1`],
  ['operators', `x = 1${' + 1'.repeat(5000)}`],
  ['operators over many lines', `x = 1${' +\n 1'.repeat(5000)}`],
  ['arrows', `x = ${'a=>'.repeat(5000)}1`],
  ['conditions', 'if(1)'.repeat(5000)],
  ['templates', '`${'.repeat(5000)],
  ['flags of a regular expression', `x = /a/${'u'.repeat(5000)}`],
  ['types', `let x: ${'A<'.repeat(5000)}1`],
])('too deep: %s', (_, text) => {
  expect(tooDeep(text)).toBeGreaterThan(900);
});

test.each([
  ['a long list', `x = [${'1, '.repeat(100_000)}]`],
  ['a long text', `x = '${'a+b/('.repeat(100_000)}'`],
  ['a long comment', `/* ${'('.repeat(100_000)} */ // ${'['.repeat(10_000)}`],
  ['many lines without semicolons', 'f(a)\nconst { b } = c\n'.repeat(10_000)],
  ['a large union', `type T = ${"'a' | ".repeat(10_000)}'b'`],
  ['a wide object', `x = {${'a: { b: [1] }, '.repeat(10_000)}}`],
])('not too deep: %s', (_, text) => {
  expect(tooDeep(text)).toBeUndefined();
});

test('no source of this package is too deep', () => {
  const folder = join(__dirname, '..', '..', 'src');
  for (const file of readdirSync(folder, { recursive: true }) as string[])
    if (file.endsWith('.ts'))
      expect([file, tooDeep(readFileSync(join(folder, file), 'utf8'))]).toEqual([file, undefined]);
});

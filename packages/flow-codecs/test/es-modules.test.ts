/** Codecs in a process of their own: with ES modules, and without their libraries. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

test('a flow that is an ES module gets values of the classes that it imports, and Temporal', () => {
  const { stderr, status } = spawnSync(process.execPath, [join(__dirname, 'es-modules.mjs')], {
    encoding: 'utf8',
  });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
});

test('a library that is not there, or is too old, is one sentence', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nx-flow-codecs-'));
  try {
    cpSync(join(__dirname, '../dist'), join(folder, 'dist'), { recursive: true });
    const old = join(folder, 'node_modules/luxon');
    mkdirSync(old, { recursive: true });
    writeFileSync(
      join(old, 'package.json'),
      JSON.stringify({ name: 'luxon', version: '2.5.2', main: 'a.js' }),
    );
    const names = ['DateTime', 'Duration', 'Interval', 'SystemZone', 'FixedOffsetZone', 'IANAZone'];
    writeFileSync(join(old, 'a.js'), names.map((name) => `exports.${name} = 1;`).join(''));
    const said = (name: string, taken: unknown) =>
      `try { require('./dist/${name}.js')['${name}'].make(${JSON.stringify(taken)}) } catch ({ message }) { console.log(message) }`;
    const script =
      said('luxon', { kind: 'DateTime' }) +
      said('decimal', ['1', {}]) +
      said('temporal', ['PlainTime', '10:00']);
    const { stdout } = spawnSync(process.execPath, ['-e', script], { cwd: folder, encoding: 'utf8' });
    expect(stdout.split('\n')).toEqual([
      'the codec "luxon" needs luxon 3 or newer, and here is 2.5.2: npm install luxon@latest',
      'the codec "decimal" needs decimal.js, which is not there: npm install decimal.js',
      'the codec "temporal" needs temporal-polyfill or @js-temporal/polyfill, which is not there: npm install temporal-polyfill',
      '',
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

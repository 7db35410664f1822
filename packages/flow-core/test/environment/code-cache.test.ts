// Processes, since what a process has compiled it never compiles again. They keep code in a folder of this test.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const built = join(__dirname, '../../dist/code-cache.js');
/** What it gives is where it was called, too. */
const TEXT = `module.exports = require('./word.json').map(() => 'twelve ' + new Error().stack.split('\\n')[1]);\n`;

let folder: string;
let cache: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nx-flow-test-'));
  cache = join(folder, `nx-flow-${process.getuid?.() ?? 0}`, 'code');
  writeFileSync(join(folder, 'answer.js'), TEXT);
  writeFileSync(join(folder, 'word.json'), '[1]');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What a process prints that requires the file, and keeps what it had to compile. */
function execute(env: NodeJS.ProcessEnv = {}, home = folder, use = ''): string {
  const script = `const keep = require(${JSON.stringify(built)}).keepCode(${JSON.stringify(use)}, ${JSON.stringify(folder)});
    process.stdout.write(String(require(${JSON.stringify(join(folder, 'answer.js'))})));
    keep();`;
  // On Windows, the folder of temporary files is in the other two.
  return execFileSync(process.execPath, ['-e', script], {
    env: { ...process.env, TMPDIR: home, TEMP: home, TMP: home, ...env },
    encoding: 'utf8',
  });
}

/** What is kept. A file that is written anew is another one. */
const kept = () =>
  readdirSync(cache).map((name) => {
    const { ino, birthtimeMs } = statSync(join(cache, name));
    return { name, file: `${ino} of ${birthtimeMs}` };
  });

test('what one process compiled, the next one reads; a text that differs is compiled', () => {
  expect(execute()).toMatch(/^twelve .*answer\.js:1:/);
  const first = kept();
  expect(first).toHaveLength(1);
  expect(execute()).toMatch(/^twelve .*answer\.js:1:/);
  expect(kept()).toEqual(first);
  // As long as the other: V8 itself looks at no more than that.
  const text = readFileSync(join(folder, 'answer.js'), 'utf8');
  writeFileSync(join(folder, 'answer.js'), text.replace('twelve', 'eleven'));
  expect(execute()).toMatch(/^eleven /);
  // Nobody needs the former one any more.
  expect(kept()).toHaveLength(1);
  expect(kept()[0]?.name).not.toBe(first[0]?.name);
});

test('processes for different things keep different code of a file, each its own', () => {
  execute({}, folder, 'spin');
  const [first] = kept();
  execute({}, folder, 'run');
  expect(kept()).toHaveLength(2);
  expect(kept()).toContainEqual(first);
  writeFileSync(join(folder, 'answer.js'), TEXT.replace('twelve', 'eleven'));
  expect(execute({}, folder, 'run')).toMatch(/^eleven /);
  expect(kept()).toHaveLength(2);
  expect(kept()).toContainEqual(first);
});

test('a folder of temporary files that is none is no reason to say anything', () => {
  const file = join(folder, 'answer.js');
  expect(execute({}, file)).toMatch(/^twelve /);
  // Node's own way to make folders never returns here.
  expect(execute({}, '/proc')).toMatch(/^twelve /);
});

test('damaged code is never executed: it is compiled, and kept, anew', () => {
  execute();
  const [{ name } = { name: '' }] = kept();
  let { file } = kept()[0] as { file: string };
  const path = join(cache, name);
  const whole = readFileSync(path);
  const flipped = Buffer.from(whole);
  flipped[whole.length >> 1] = (flipped[whole.length >> 1] as number) ^ 1;
  for (const damaged of [
    flipped,
    whole.subarray(0, -9),
    whole.subarray(0, 10),
    Buffer.alloc(0),
    Buffer.alloc(whole.length),
  ]) {
    writeFileSync(path, damaged);
    expect(execute()).toMatch(/^twelve .*answer\.js:1:/);
    const [anew] = kept();
    expect(anew?.name).toBe(name);
    // What was only written over is the same file.
    expect(anew?.file).not.toBe(file);
    expect(execute()).toMatch(/^twelve .*answer\.js:1:/);
    expect(kept()).toEqual([anew]);
    file = anew?.file ?? '';
  }
});

test('the same text at two places is two files: each says where it is', () => {
  execute();
  const here = folder;
  folder = join(here, 'other');
  mkdirSync(folder);
  cpSync(join(here, 'word.json'), join(folder, 'word.json'));
  writeFileSync(join(folder, 'answer.js'), TEXT);
  expect(execute({}, here)).toContain(join(folder, 'answer.js'));
  expect(kept()).toHaveLength(2);
  // What was made of a file that is gone goes with the next one that is kept.
  rmSync(folder, { recursive: true });
  folder = here;
  writeFileSync(join(folder, 'answer.js'), `${TEXT}// Changed.\n`);
  execute();
  expect(kept()).toHaveLength(1);
});

test('what nobody has made anew for a month goes', () => {
  execute();
  const [first] = kept();
  const path = join(cache, (first as { name: string }).name);
  utimesSync(path, new Date(0), new Date(0));
  writeFileSync(join(folder, 'answer.js'), "module.exports = 'another';\n");
  expect(execute()).toBe('another');
  expect(kept().map(({ name }) => name)).not.toContain(first?.name);
});

test('code that others could have written is not read, and none is kept there', () => {
  execute();
  const own = join(cache, '..');
  const before = kept();
  chmodSync(own, 0o755);
  rmSync(join(cache, (before[0] as { name: string }).name));
  expect(execute()).toMatch(/^twelve .*answer\.js:1:/);
  expect(kept()).toEqual([]);
});

test('a file that imports by itself, or makes what does, is compiled each time: kept code has no import()', () => {
  const says = (text: string) =>
    `module.exports = (${text})('node:path').then(() => console.log('imported'), console.log);\n`;
  for (const text of ['(name) => import(name)', "new Function('name', 'return import(name)')"]) {
    writeFileSync(join(folder, 'answer.js'), says(text));
    for (let i = 0; i < 2; i++) expect(execute()).toMatch(/imported\n$/);
  }
});

test('NODE_DISABLE_COMPILE_CACHE holds here, too', () => {
  expect(execute({ NODE_DISABLE_COMPILE_CACHE: '1' })).toMatch(/^twelve .*answer\.js:1:/);
  expect(readdirSync(folder)).not.toContain(`nx-flow-${process.getuid?.() ?? 0}`);
});

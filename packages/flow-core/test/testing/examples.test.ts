/** Every example of the Runner's doc comments, as a user has it: built, in a plain Node, without a test runner. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { Workspace } from '../kit/workspace';

const w = new Workspace();
afterAll(() => w.dispose());

const source = resolve(__dirname, '../../src/testing');
const root = resolve(__dirname, '../../../..');
const EXPECT = `import { expect } from ${JSON.stringify(pathToFileURL(join(root, 'node_modules/expect/build/index.js')).href)};\n`;

function examplesOf(file: string): string[] {
  const text = readFileSync(join(source, file), 'utf8');
  return [...text.matchAll(/@example\s*\n\s*\* ```ts\n([\s\S]*?)\* ```/g)].map(([, lines = '']) =>
    lines.replace(/^\s*\* ?/gm, ''),
  );
}

async function execute(name: string, text: string): Promise<string> {
  const file = w.write(name, text);
  const tsx = pathToFileURL(require.resolve('tsx')).href;
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', tsx, file], { cwd: w.folder });
  return stdout;
}

test.each([
  ['runner.ts', 4],
  ['matchers.ts', 1],
])('the examples of %s do what they say', async (file, count) => {
  const examples = examplesOf(file);
  expect(examples).toHaveLength(count);
  for (const [i, example] of examples.entries()) {
    const said = [...example.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, line]) => `${line}\n`);
    expect(await execute(`${file}-${i}.mts`, EXPECT + example)).toBe(said.join(''));
  }
});

test('in a plain Node, what a step prints is heard and not printed', async () => {
  const printed = await execute(
    'plain.mts',
    `import { flow } from '@nx-flow/core';
import { Runner } from '@nx-flow/core/testing';
const f = flow('plain');
const start = f.start(async () => {
  console.log('to the console');
  process.stdout.write('to the stream\\n');
  void Promise.reject(new Error('nobody awaits this'));
  await new Promise(setImmediate);
  return {};
});
await using runner = new Runner(f.end(start));
const spun = await runner.spin(start);
console.log(JSON.stringify([spun.stdout, spun.error?.message]));`,
  );
  expect(JSON.parse(printed)).toEqual(['to the console\nto the stream\n', 'nobody awaits this']);
});

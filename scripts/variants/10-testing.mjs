/** What test runners show of flows: the place of bad usage, artifacts of runs, and what differs deep inside. Long, because it is a list. */
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { said } from './lib/workspace.mjs';

export const kind = 10;
export const title = 'Test runners';

const FLOW = `import { flow } from '@nx-flow/core';
import { z } from 'zod';
const f = flow('shop', { params: { n: z.coerce.number().default(1) } });
const start = f.start(({ params }) => ({
  n: params.n,
  table: new Map<unknown, unknown>([['a', new Map([['deep', 1]])], [{ key: 1 }, 2]]),
  set: new Set<unknown>([new Set([1]), 2]),
  list: [new Map([['day', new Date(0)]])],
  big: new Map([['id', 5n]]),
  floats: { at: new Float64Array([1, 2]), bytes: new Uint8Array([1, 2]) },
  odd: new Map([['nan', NaN], ['zero', 0]]),
}));
const next = f.step('next', { after: start }, ({ self }) => {
  if (self.n === 13) throw new RangeError('unlucky');
  return { twice: new Map([['n', self.n * 2]]) };
});
export default f.end(next);
`;

/** Beginnings of a script that tries things without a test runner, by jest's own \`expect\`. */
const HEAD = `import { expect } from 'expect';
import { client } from '@nx-flow/core';
import { flowMatchers, Runner } from '@nx-flow/core/testing';
expect.extend(flowMatchers);
const runner = new Runner('shop.flow.ts');
const found = [];
/** It holds, or it does not and says so. */
const holds = (name, work) => Promise.resolve().then(work).catch((error) => found.push(name + ': ' + error.message.split('\\n')[0]));
const fails = (name, part, work) => Promise.resolve().then(work).then(
  () => found.push(name + ' passed'),
  (error) => part.test(error.message) || found.push(name + ' said: ' + error.message));
`;
const TAIL = `\nawait runner.dispose();\nconsole.log(found.length === 0 ? 'right' : found.join(' | '));\n`;

/** Assertions in a script, each right or told. */
const asserts = (body) => async (w) => {
  w.link('expect');
  w.write('shop.flow.ts', FLOW);
  w.write('test.mjs', HEAD + body + TAIL);
  const result = await w.node('test.mjs');
  const last = stripVTControlCharacters(result.stdout).trim();
  return last === 'right' ? undefined : last || said(result);
};

/** The first frame of a misuse in a script names a file of the test. */
const pointsAt = (place, files, work) => async (w) => {
  w.write('shop.flow.ts', FLOW);
  for (const [name, text] of Object.entries(files)) w.write(name, text);
  w.write(
    'test.mjs',
    `import { Runner } from '@nx-flow/core/testing';
     ${work}
     const first = (error) => String(error?.stack).split('\\n').find((line) => /^ {4}at /.test(line)) ?? 'no frame';
     try { await misuse(); console.log('It was not refused.'); } catch (error) { console.log(first(error)); }
     process.exit();`,
  );
  const result = await w.node('test.mjs');
  return result.stdout.includes(place)
    ? undefined
    : `The first frame is ${result.stdout.trim() || said(result)}`;
};

/** What a test runner prints of tests that fail. */
async function printed(w, script, args, files) {
  w.write('shop.flow.ts', FLOW);
  for (const [name, text] of Object.entries(files)) w.write(name, text);
  const { stdout, stderr, hung } = await w.node(script, ...args, { limit: 60_000 });
  return hung ? 'It hangs.' : stripVTControlCharacters(stdout + stderr);
}
const installed = (w, path) => join(realpathSync(join(w.build, 'node_modules')), path);

const misuseUnder = (expectFrom, runnerFrom) => `${expectFrom}
${runnerFrom}
test('misuse', async () => {
  const runner = new Runner('shop.flow.ts');
  try {
    await runner.spin('nowhere');
  } finally {
    await runner.dispose();
  }
});
`;

export const variants = [
  {
    name: 'an unknown step in a helper of another file',
    check: pointsAt(
      'helper.mjs:2:',
      {
        'helper.mjs': `export function spun(runner, step) {\n  return runner.spin(step, { artifacts: {} });\n}\n`,
      },
      `import { spun } from './helper.mjs';\nconst misuse = () => spun(new Runner('shop.flow.ts'), 'nowhere');`,
    ),
  },
  {
    name: 'a file that is not there, given by a subclass of Runner',
    check: pointsAt(
      'shops.mjs:3:',
      {
        'shops.mjs': `import { Runner } from '@nx-flow/core/testing';\nexport class Shops extends Runner {\n  constructor() { super('missing.flow.ts'); }\n}\n`,
      },
      `import { Shops } from './shops.mjs';\nconst misuse = async () => { const s = new Shops(); await s.spin('start'); };`,
    ),
  },
  {
    name: 'an artifact that was not returned, read by a helper',
    check: pointsAt(
      'read.mjs:1:',
      { 'read.mjs': 'export const read = ({ artifacts }) => artifacts.tabel;\n' },
      `import { read } from './read.mjs';\nconst misuse = async () => read(await new Runner('shop.flow.ts').spin('start'));`,
    ),
  },
  {
    name: 'wrong parameters in a callback that a library calls',
    check: pointsAt(
      'test.mjs:2:',
      {},
      `const runner = new Runner('shop.flow.ts'); const misuse = () => Promise.all([1].map((n) => runner.run({ params: { m: n } })));`,
    ),
  },
  {
    name: 'a run to resume that does not exist, and an option that the method lacks',
    check: async (w) =>
      (await pointsAt(
        'test.mjs:2:',
        {},
        `const runner = new Runner('shop.flow.ts'); const misuse = () => runner.resume({ from: 9 });`,
      )(w)) ??
      (await pointsAt(
        'test.mjs:2:',
        {},
        `const runner = new Runner('shop.flow.ts'); const misuse = () => runner.spin('start', { artefacts: {} });`,
      )(w)),
  },
  {
    name: 'node:test shows the line of the test',
    check: async (w) => {
      const text = await printed(w, '--test', ['bad.test.mjs'], {
        'bad.test.mjs': misuseUnder(
          `import test from 'node:test';`,
          `import { Runner } from '@nx-flow/core/testing';`,
        ),
      });
      const frame =
        text
          .split('\n')
          .find((line) => /^\s*(?:async )?at |^\s+(?:async )?\S.*\(file:|^ +file:/.test(line)) ?? text;
      return /bad\.test\.mjs:6:/.test(text) && !/flow-core\/dist/.test(text)
        ? undefined
        : `Its first frame is ${frame.trim()}`;
    },
  },
  {
    name: 'jest shows the line of the test, with its code',
    check: async (w) => {
      w.write('jest.config.cjs', 'module.exports = { transform: {}, testMatch: ["**/*.spec.cjs"] };');
      const text = await printed(w, installed(w, 'jest/bin/jest.js'), ['--ci'], {
        'bad.spec.cjs': misuseUnder('', `const { Runner } = require('@nx-flow/core/testing');`),
      });
      return /> 6 \| {5}await runner\.spin\('nowhere'\);/.test(text)
        ? undefined
        : `It shows ${text
            .split('\n')
            .filter((line) => /\|| at /.test(line))
            .slice(0, 3)
            .join(' / ')}`;
    },
  },
  {
    name: 'Vitest shows the line of the test, with its code (also before)',
    check: async (w) => {
      w.link('vitest');
      const text = await printed(w, installed(w, 'vitest/vitest.mjs'), ['run', '--root=.'], {
        'bad.spec.mjs': misuseUnder(
          `import { test } from 'vitest';`,
          `import { Runner } from '@nx-flow/core/testing';`,
        ),
      });
      return /❯ bad\.spec\.mjs:6:/.test(text)
        ? undefined
        : `It shows ${text
            .split('\n')
            .filter((line) => /❯|Error/.test(line))
            .slice(0, 4)
            .join(' / ')}`;
    },
  },
  {
    name: 'toHaveArtifact: a run, a resumed one, and one that the client finds',
    check: asserts(`
const ran = await runner.run();
await holds('a run', () => expect(ran).toHaveArtifact('n', 1));
await fails('another value', /is another/, () => expect(ran).toHaveArtifact('n', 2));
await fails('none of the name', /has no artifact "m"/, () => expect(ran).toHaveArtifact('m'));
await holds('not', () => expect(ran).not.toHaveArtifact('n', 2));
const resumed = await runner.resume({ from: ran, step: 'next' });
await holds('a resumed run', () => expect(resumed).toHaveArtifact('twice', new Map([['n', 2]])));
await holds("the client's run", async () => { await expect(ran.run).toHaveArtifact('n', 1); });
await fails("the client's run", /is another/, async () => { await expect(ran.run).toHaveArtifact('n', 3); });`),
  },
  {
    name: 'toHaveArtifact: a run that failed says why it has none',
    check: asserts(`
const failed = await runner.run({ params: { n: 13 } });
await fails('a failed run', /for it failed[\\s\\S]*unlucky/, () => expect(failed).toHaveArtifact('n', 13));
await holds('not', () => expect(failed).not.toHaveArtifact('n'));`),
  },
  {
    name: 'Maps in Maps, with objects as keys, in lists and with dates, are another when they differ',
    check: asserts(`
const spun = await runner.spin('start');
const table = (deep, key, two) => new Map([['a', new Map([['deep', deep]])], [{ key }, two]]);
await holds('equal', () => expect(spun).toHaveArtifact('table', table(1, 1, 2)));
await fails('a value deep inside', /is another/, () => expect(spun).toHaveArtifact('table', table(7, 1, 2)));
await fails('another key', /is another/, () => expect(spun).toHaveArtifact('table', table(1, 7, 2)));
await fails('the value of a key that is an object', /is another/, () => expect(spun).toHaveArtifact('table', table(1, 1, 7)));
await holds('a date', () => expect(spun).toHaveArtifact('list', [new Map([['day', new Date(0)]])]));
await fails('another date', /is another/, () => expect(spun).toHaveArtifact('list', [new Map([['day', new Date(1)]])]));
await holds('not', () => expect(spun).not.toHaveArtifact('list', [new Map([['day', new Date(1)]])]));`),
  },
  {
    name: 'Sets of Sets, bigints in a Map, NaN and -0 in a Map',
    check: asserts(`
const spun = await runner.spin('start');
await holds('in another order', () => expect(spun).toHaveArtifact('set', new Set([2, new Set([1])])));
await fails('another inner Set', /is another/, () => expect(spun).toHaveArtifact('set', new Set([2, new Set([7])])));
await fails('a smaller Set', /is another/, () => expect(spun).toHaveArtifact('set', new Set([2])));
await fails('another bigint', /is another/, () => expect(spun).toHaveArtifact('big', new Map([['id', 6n]])));
await fails('a number for a bigint', /is another/, () => expect(spun).toHaveArtifact('big', new Map([['id', 5]])));
await holds('NaN', () => expect(spun).toHaveArtifact('odd', new Map([['nan', NaN], ['zero', 0]])));
await fails('-0', /is another/, () => expect(spun).toHaveArtifact('odd', new Map([['nan', NaN], ['zero', -0]])));`),
  },
  {
    name: 'what differs deep in Maps, Sets and lists is shown line by line',
    check: asserts(`
const spun = await runner.spin('start');
const table = new Map([['a', new Map([['deep', 7]])], [{ key: 1 }, 2]]);
await fails('a Map', /- +"deep" => 7,\\n\\+ +"deep" => 1,/, () => expect(spun).toHaveArtifact('table', table));
await fails('a bigint', /- +"id" => 6n,\\n\\+ +"id" => 5n,/, () => expect(spun).toHaveArtifact('big', new Map([['id', 6n]])));
await fails('a date', /- +"day" => 1970-01-01T00:00:00.001Z,\\n\\+ +"day" => 1970-01-01T00:00:00.000Z,/,
  () => expect(spun).toHaveArtifact('list', [new Map([['day', new Date(1)]])]));
const ran = await runner.run();
await fails('of a run', /- +"n" => 3,\\n\\+ +"n" => 2,/, () => expect(ran).toHaveArtifact('twice', new Map([['n', 3]])));`),
  },
  {
    name: 'typed arrays are another when an item or the type differs (also before)',
    check: asserts(`
const spun = await runner.spin('start');
const floats = (at, bytes = new Uint8Array([1, 2])) => ({ at, bytes });
await holds('equal', () => expect(spun).toHaveArtifact('floats', floats(new Float64Array([1, 2]))));
await fails('another item', /is another/, () => expect(spun).toHaveArtifact('floats', floats(new Float64Array([1, 3]))));
await fails('another type', /is another/, () => expect(spun).toHaveArtifact('floats', floats(new Float32Array([1, 2]))));
await fails('longer', /is another/, () => expect(spun).toHaveArtifact('floats', floats(new Float64Array([1, 2]), new Uint8Array(3))));`),
  },
  {
    name: 'asymmetric matchers and testers of the runner work inside of Maps and Sets',
    check: asserts(`
expect.addEqualityTesters([(a, b) => (typeof a === 'number' && typeof b === 'number' && Math.abs(a - b) < 0.01 ? true : undefined)]);
const ran = await runner.run();
const spun = await runner.spin('next', { from: ran });
await holds('any', () => expect(spun).toHaveArtifact('twice', new Map([['n', expect.any(Number)]])));
await fails('any of another class', /is another/, () => expect(spun).toHaveArtifact('twice', new Map([['n', expect.any(String)]])));
await holds('nearly', () => expect(spun).toHaveArtifact('twice', new Map([['n', 2.001]])));
await fails('not nearly', /is another/, () => expect(spun).toHaveArtifact('twice', new Map([['n', 2.1]])));`),
  },
  {
    name: 'jest compares and shows Maps of a flow that is executed in its own process',
    check: async (w) => {
      w.write('jest.config.cjs', 'module.exports = { transform: {}, testMatch: ["**/*.spec.cjs"] };');
      const text = await printed(w, installed(w, 'jest/bin/jest.js'), ['--ci'], {
        'map.spec.cjs': `require('@nx-flow/core/testing/jest');
const { flow } = require('@nx-flow/core');
const { Runner } = require('@nx-flow/core/testing');
const f = flow('maps');
const start = f.start(() => ({ table: new Map([['rows', [new Set([1])]]]) }));
const maps = f.end(start);
test('another', async () => {
  expect(await new Runner(maps).spin('start')).toHaveArtifact('table', new Map([['rows', [new Set([2])]]]));
});
test('equal', async () => {
  expect(await new Runner(maps).spin('start')).toHaveArtifact('table', new Map([['rows', [new Set([1])]]]));
});
`,
      });
      return /1 failed, 1 passed/.test(text) && /- +2,\n\s*\+ +1,/.test(text)
        ? undefined
        : `It shows ${text.slice(0, 400)}`;
    },
  },
  {
    name: 'Vitest compares and shows Maps of runs',
    check: async (w) => {
      w.link('vitest');
      const text = await printed(w, installed(w, 'vitest/vitest.mjs'), ['run', '--root=.'], {
        'map.spec.mjs': `import { expect, test } from 'vitest';
import '@nx-flow/core/testing/vitest';
import { Runner } from '@nx-flow/core/testing';
const runner = new Runner('shop.flow.ts');
test('another', async () => { expect(await runner.run()).toHaveArtifact('twice', new Map([['n', 3]])); });
test('equal', async () => { expect(await runner.run()).toHaveArtifact('twice', new Map([['n', 2]])); await runner.dispose(); });
`,
      });
      return /1 failed \| 1 passed/.test(text) && /- +"n" => 3,\n\s*\+ +"n" => 2,/.test(text)
        ? undefined
        : `It shows ${text
            .split('\n')
            .filter((line) => /Error|passed|=>/.test(line))
            .slice(0, 6)
            .join(' / ')}`;
    },
  },
];

/** A value is read once: its digest, its bytes, its preview and its file are of the same moment. Long, because it is a list. */
import { isDeepStrictEqual } from 'node:util';

export const kind = 6;
export const title = 'One reading of a value';

/** Prints what the newest run of a flow holds of a step: each value as a spin shows it, and whether its digest is its own. */
const READ = `
import { client } from '@nx-flow/core';
import { encodeArtifact, MemoryCas } from '@nx-flow/core/store';
import { inspect } from 'node:util';
const [flow, step] = process.argv.slice(2);
const options = { depth: 2, maxArrayLength: 5, maxStringLength: 40, breakLength: Infinity, compact: true };
const found = {};
for await (const artifact of await (await client(flow).latest()).step(step).task()) {
  const value = await artifact.value();
  const { digest } = await encodeArtifact('again', value, new MemoryCas());
  const preview = typeof value === 'string' ? JSON.stringify(value.slice(0, 200)) : inspect(value, options);
  found[artifact.name] = { preview: preview.replace(/\\s+/g, ' ').slice(0, 800), own: digest === artifact.digest };
}
console.log(JSON.stringify(found));
`;

const flowOf = (body, more = 'export default f.end(start);', { before = '', options = '' } = {}) => `
import { file, flow, oneOf } from '@nx-flow/core';
import { appendFileSync, writeFileSync } from 'node:fs';
${before}
const f = flow('moods'${options});
let n = 0;
/** A property that is another at each reading. */
const restless = (to: object, key: PropertyKey, enumerable = true, value = () => ++n as unknown) =>
  Object.defineProperty(to, key, { get: value, enumerable, configurable: true }) as never;
const start = f.start(() => { ${body} });
${more}
`;

async function recorded(w, step) {
  w.write('read.mjs', READ);
  const { code, stdout, stderr } = await w.node('read.mjs', 'moods', step);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

async function run(w, text) {
  w.write('moods.flow.ts', text);
  const ran = await w.flow('run', 'moods', '--max-workers=1');
  return ran.code === 0
    ? undefined
    : `The run ended with ${ran.code}: ${(ran.stderr + ran.stdout).slice(-300)}`;
}

async function spin(w, step, ...more) {
  const spun = await w.flow('spin', 'moods', step, '--json', ...more);
  if (spun.code !== 0) throw new Error(`The spin ended with ${spun.code}: ${spun.stderr}`);
  return JSON.parse(spun.stdout.trim().split('\n').at(-1)).artifacts;
}

/** Runs what start does, and spins it: what is recorded has its own digest, and a spin shows the same. */
const agrees = (body) => async (w) => {
  const failed = await run(w, flowOf(body));
  if (failed) return failed;
  const first = await recorded(w, 'start');
  for (const [name, { own, preview }] of Object.entries(first))
    if (!own) return `The digest of "${name}" is not that of the recorded value ${preview}.`;
  const spun = await spin(w, 'start');
  for (const [name, { change, preview }] of Object.entries(spun)) {
    if (change !== 'same') return `A spin says that "${name}" is ${change}.`;
    if (preview !== first[name].preview)
      return `A spin says that "${name}" is the same, and shows ${preview} where ${first[name].preview} is recorded.`;
  }
  return undefined;
};

/** Refused on both: what cannot be read once is not stored at all. */
const refuses = (body, why) => async (w) => {
  w.write('moods.flow.ts', flowOf(body));
  const spun = await w.flow('spin', 'moods', 'start');
  return spun.code === 1 && spun.stderr.concat(spun.stdout).includes(why)
    ? undefined
    : `It ended with ${spun.code}: ${spun.stdout}${spun.stderr}`;
};

export const variants = [
  {
    name: 'an item of a list that is a getter',
    check: agrees('return { list: restless([1, 2, 3], 1) };'),
  },
  {
    name: 'getters inside the keys and the entries of a Map, and inside a Set',
    check: agrees(
      'return { table: new Map([[restless({}, "id"), restless({}, "n")]]), set: new Set([restless({}, "s")]) };',
    ),
  },
  {
    name: 'an object without a prototype, and one that freezes what it counts',
    check: agrees(
      'return { bare: restless(Object.create(null), "n"), frozen: Object.freeze(restless({ a: 1 }, "n")) };',
    ),
  },
  {
    name: 'an error whose code, message and cause are getters',
    check: agrees(
      `const error = restless(new RangeError('first'), 'code') as Error;
       restless(error, 'message', false, () => 'told ' + ++n); restless(error, 'cause', false, () => ({ n: ++n }));
       error.stack = 'RangeError: as it was';
       return { error };`,
    ),
  },
  {
    name: 'a getter that changes what stands beside it and behind it',
    check: agrees(
      `const row = { before: [0], get at() { row.before.push(++n); row.after.push(++n); return n; }, after: [0] };
       return { row };`,
    ),
  },
  {
    name: 'a text of 5 MB behind a getter',
    check: agrees(`return { long: { get text() { return 'abcdefgh'[n++ % 8].repeat(5_000_000); } } };`),
  },
  {
    name: 'the artifact itself is a getter of what the step returned (also before)',
    check: agrees(`return { a: 1, get b() { return { n: ++n }; } };`),
  },
  {
    name: 'what is hidden on a Date, a RegExp, a boxed number and a Map says something else',
    check: agrees(
      `const date = Object.defineProperty(new Date(5000), 'getTime', { value: () => ++n * 1000 });
       const boxed = Object.defineProperty(Object(5), 'valueOf', { value: () => ++n }) as number;
       return { date, boxed, re: restless(/abc/, 'source', false, () => 'x' + ++n), map: restless(new Map([['a', 1]]), 'size', false) };`,
    ),
  },
  {
    name: 'values of one step are of one moment, also where the first is long in writing',
    check: async (w) => {
      const failed = await run(
        w,
        flowOf(
          `const rows = [1, 2, 3]; setTimeout(() => rows.push(4), 0); setImmediate(() => rows.push(5));
           return { big: Buffer.alloc(3_000_000, 7), more: 'x'.repeat(200_000), rows, count: rows.length };`,
        ),
      );
      if (failed) return failed;
      const { rows, count } = await recorded(w, 'start');
      return rows.preview === '[ 1, 2, 3 ]' && count.preview === '3'
        ? undefined
        : `The step returned ${count.preview} rows, and ${rows.preview} is recorded.`;
    },
  },
  {
    name: 'what a spin shows, writes and persists of values that go on changing is of one moment',
    check: async (w) => {
      w.write(
        'moods.flow.ts',
        flowOf(
          `const soon = (turns: number, work: () => void): void => queueMicrotask(() => (turns > 0 ? soon(turns - 1, work) : work()));
           const table = { rows: [1] };
           for (let turn = 0; turn < 3; turn++) soon(turn, () => { table.rows.push(2); });
           return { table };`,
        ),
      );
      const { table } = await spin(w, 'start', '--persist');
      const written = JSON.parse(w.read('dist/flow/moods/spin/start/artifacts/table.json'));
      const { artifacts } = JSON.parse((await w.ok('dump', '--spin', 'moods', '--json')).stdout);
      const shown = JSON.parse(table.preview.replace('rows', '"rows"'));
      return isDeepStrictEqual(written, artifacts.table) && isDeepStrictEqual(written, shown)
        ? undefined
        : `The spin shows ${table.preview}, the file has ${JSON.stringify(written)}, the store ${JSON.stringify(artifacts.table)}.`;
    },
  },
  {
    name: 'a foreach over a getter has the splits of the list that is recorded',
    check: async (w) => {
      const failed = await run(
        w,
        flowOf(
          'return { get list() { return Array.from({ length: ++n }, (_, i) => i * n); } };',
          `const each = f.foreach('each', { after: start, over: 'list' }, ({ input }) => ({ got: input }));
           export default f.end(f.join('all', { after: each }, ({ inputs }) => ({ got: inputs.map((i) => i.got) })));`,
        ),
      );
      if (failed) return failed;
      const [{ list }, { got }] = [await recorded(w, 'start'), await recorded(w, 'all')];
      return list.preview === got.preview
        ? undefined
        : `The list is ${list.preview}, and its splits got ${got.preview}.`;
    },
  },
  {
    name: 'the verdict of a loop is the one that is recorded',
    check: async (w) => {
      const failed = await run(
        w,
        flowOf(
          'return {};',
          `const again = f.loop('again', { after: start, while: 'more', max: 5 }, ({ iteration }) => {
             let asked = 0;
             return { done: iteration, get more() { return iteration < 3 !== asked++ > 0; } };
           });
           export default f.end(again);`,
        ),
      );
      if (failed) return failed;
      const { done, more } = await recorded(w, 'end');
      return done.preview === '3' && more.preview === 'false'
        ? undefined
        : `The loop ended in iteration ${done.preview}, where "more" is recorded as ${more.preview}.`;
    },
  },
  {
    name: 'what Runner gives is what it recorded',
    check: async (w) => {
      w.write(
        'moods.flow.ts',
        flowOf(
          'return { row: restless({ a: 1 }, "n"), list: restless([0], 0) };',
          `const next = f.step('next', { after: start }, ({ self }) => ({ seen: [self.row, self.list] }));
           export default f.end(next);`,
        ),
      );
      w.write(
        'test.mjs',
        `import { Runner } from '@nx-flow/core/testing';
         const runner = new Runner('moods.flow.ts');
         const ran = await runner.run();
         const { artifacts } = await runner.spin('next', { from: ran });
         const again = await runner.spin('start');
         const own = await (await ran.run.step('start').task()).artifact('row');
         console.log(JSON.stringify([await ran.run.artifacts.seen, artifacts.seen, [again.artifacts.row, again.artifacts.list]]));
         await runner.dispose();`,
      );
      const { code, stdout, stderr } = await w.node('test.mjs');
      if (code !== 0) return `It ended with ${code}: ${stderr}`;
      const [ran, spun, again] = JSON.parse(stdout);
      return isDeepStrictEqual(ran, spun) && isDeepStrictEqual(ran, again)
        ? undefined
        : `A run gives ${JSON.stringify(ran)}, a spin of the next step ${JSON.stringify(spun)}, one of the step ${JSON.stringify(again)}.`;
    },
  },
  {
    name: 'getters inside of values that another realm made',
    check: agrees(
      `const made = require('node:vm').runInNewContext(
         'let n = 0; const by = () => ({ get id() { return ++n; } }); ({ map: new Map([[by(), by()]]), set: new Set([by()]), list: [by()] })',
       );
       return { ...made };`,
    ),
  },
  {
    name: 'a codec of the flow that goes on writing into the bytes that it gave (also before)',
    check: async (w) => {
      const before = `class Tile { constructor(readonly colour: number) {} }
        const shared = new Uint8Array(100_000);
        const tiles = {
          id: 'tile', version: 1, match: (v: unknown): v is Tile => v instanceof Tile,
          encode: ({ colour }: Tile) => shared.fill(colour),
          decode: (bytes: Uint8Array) => new Tile(bytes.every((b) => b === bytes[0]) ? (bytes[0] as number) : -1),
        };`;
      const more = `const next = f.step('next', { after: start }, ({ self }) => ({ seen: [self.one.colour, self.two.colour] }));
        export default f.end(next);`;
      const body = 'return { one: new Tile(1), two: new Tile(2) };';
      const failed = await run(w, flowOf(body, more, { before, options: ', { codecs: [tiles] }' }));
      if (failed) return failed;
      const { artifacts } = JSON.parse((await w.ok('dump', 'moods', '1/next', '--json')).stdout);
      return isDeepStrictEqual(artifacts.seen, [1, 2])
        ? undefined
        : `Tiles 1 and 2 were read back as ${artifacts.seen}.`;
    },
  },
  {
    name: 'a Proxy is refused (also before)',
    check: refuses('return { p: new Proxy({ a: 1 }, { get: () => ++n }) };', 'is a Proxy'),
  },
  {
    name: 'memory that a thread may change is refused (also before)',
    check: refuses('return { m: new Uint8Array(new SharedArrayBuffer(8)) };', 'SharedArrayBuffer'),
  },
  {
    name: 'a subclass of Map that goes through other entries each time is refused (also before)',
    check: refuses(
      'class Restless extends Map { *[Symbol.iterator]() { yield [++n, ++n]; } } return { m: new Restless([[1, 2]]) };',
      'a class that no codec stores',
    ),
  },
];

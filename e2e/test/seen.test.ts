/** What a step sees of other flows, of code that is loaded by a computed name, and through a workspace's paths. */
import { lutimesSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { small } from '../lib/flows';
import { Workspace } from '../lib/workspace';

const REPLAYED = /\[.*(cache|existing).*\]/;
// A process reads the workspace's tsconfig once: it is there from the beginning.
const workspace = new Workspace('seen', {
  'tsconfig.base.json': { compilerOptions: { baseUrl: '.', paths: { '@q/*': ['shared/*'] } } },
});
workspace.git('init', '-q');
const artifactIn = (file: string) =>
  JSON.parse(readFileSync(join(workspace.folder, 'dist/flow', file), 'utf8'));

test('a step that reads what another flow has recorded is executed after each new run of it', async () => {
  workspace.write({
    'prices/prices.flow.ts': `import { flow } from '@nx-flow/core'; import { z } from 'zod';
const f = flow('prices', { params: { by: z.coerce.number().default(1) } });
export const start = f.start(({ params }) => ({ price: params.by }));
export default f.end(start);`,
    'report/read.ts': `import { client } from '@nx-flow/core';
export async function price(): Promise<number> {
  const run = await client('prices').latest();
  const task = await (await run.step('start')).task();
  return (await task.artifacts.price) as number;
}`,
    'report/report.flow.ts': `import { flow } from '@nx-flow/core'; import { price } from './read';
const f = flow('report');
export const start = f.start(() => ({ times: 10 }));
export const read = f.step('read', { after: start }, async ({ self }) => ({ total: self.times * (await price()) }));
export default f.end(read);`,
  });
  const { warm: nx } = workspace;
  const both = async () => {
    expect((await nx('run', 'report:spin-read')).code).toBe(0);
    const stepped = artifactIn('report/steps/read/artifacts/total.json');
    expect((await nx('spin', 'report', '--step=read')).code).toBe(0);
    return [stepped, artifactIn('report/spin/read/artifacts/total.json')];
  };
  await workspace.warmFlow('run', 'prices');
  await workspace.warmFlow('run', 'report');
  expect(await both()).toEqual([10, 10]);
  await workspace.warmFlow('run', 'prices', '--params.by=7');
  expect(await both()).toEqual([70, 70]);
});

test('only a step that takes `client` from the engine reads runs, by whichever way', async () => {
  const prices = (name: string) => `import { flow } from '@nx-flow/core'; import { z } from 'zod';
const f = flow('${name}', { params: { by: z.coerce.number().default(1) } });
export const start = f.start(({ params }) => ({ price: params.by }));
export default f.end(start);`;
  workspace.write({
    'rates/rates.flow.ts': prices('rates'),
    'clients/core.ts': `export * from '@nx-flow/core';\n`,
    'clients/read.ts': `import { client } from './core';
export async function price(store?: string): Promise<number> {
  const run = await client('rates', store === undefined ? {} : { store }).latest();
  return (await (await run.step('start')).task()).artifacts.price as Promise<number>;
}\n`,
    'bill/bill.flow.ts': `import { flow } from '@nx-flow/core'; import { price } from '../clients/read';
// the HTTP client of the shop
const client = { ask: () => 1 };
const f = flow('bill');
export const start = f.start(() => ({ times: client.ask() }));
export const here = f.step('here', { after: start }, async () => ({ here: await price() }));
export const there = f.step('there', { after: here }, async () => ({ there: await price('elsewhere') }));
export default f.end(there);`,
  });
  const { warm: nx } = workspace;
  const spun = async () => {
    const { code, text } = await nx('run', 'bill:spin-there');
    expect([code, text]).toEqual([0, expect.any(String)]);
    const [here, there] = ['here', 'there'].map((step) =>
      artifactIn(`bill/steps/${step}/artifacts/${step}.json`),
    );
    return [here, there, new RegExp(`spin-start.*${REPLAYED.source}`).test(text)];
  };
  await workspace.warmFlow('run', 'rates');
  await workspace.warmFlow('run', 'rates', '--store=elsewhere', '--params.by=2');
  expect(await spun()).toEqual([1, 2, false]);
  await workspace.warmFlow('run', 'rates', '--params.by=3');
  await workspace.warmFlow('run', 'rates', '--store=elsewhere', '--params.by=4');
  expect(await spun()).toEqual([3, 4, true]);
});

test('code that is loaded by a computed name from outside of all projects is executed anew', async () => {
  workspace.write({
    'far/far.flow.ts': small('far', `async () => ({ far: (await import(\`../outside/\${'far'}.ts\`)).far })`),
    'outside/far.ts': 'export const far: number = 1;\n',
  });
  const { warm: nx } = workspace;
  await workspace.warmFlow('run', 'far');
  const spun = async () => {
    expect((await nx('spin', 'far', '--step=double')).code).toBe(0);
    return artifactIn('far/spin/double/artifacts/far.json');
  };
  expect(await spun()).toBe(1);
  workspace.write({ 'outside/far.ts': 'export const far: number = 2;\n' });
  // A process never forgets an ES module.
  await workspace.forget('tasks');
  expect(await spun()).toBe(2);
});

test('a script that a step starts, what that imports, and a data file of a library count', async () => {
  workspace.write({
    'lib/project.json': { name: 'lib' },
    'lib/rates.ts': `import { readFileSync } from 'node:fs'; import { join } from 'node:path';
export const rate = (): number => Number(readFileSync(join(__dirname, ['rates', 'csv'].join('.')), 'utf8'));\n`,
    'lib/rates.csv': '2\n',
    'beside/tools/say.js': `console.log(require('./words').word);\n`,
    'beside/tools/words.js': `exports.word = 'one';\n`,
    'beside/beside.flow.ts': `import { flow } from '@nx-flow/core'; import { execFileSync } from 'node:child_process'; import { rate } from '../lib/rates';
const f = flow('beside');
export const start = f.start(() => ({ one: 1 }));
export const say = f.step('say', { after: start }, () => ({ said: execFileSync('node', ['beside/tools/say.js'], { encoding: 'utf8' }).trim() }));
export const price = f.step('price', { after: start }, () => ({ price: rate() }));
export const both = f.gather('both', { after: { say, price } }, ({ inputs }) => ({ both: [inputs.say.said, inputs.price.price] }));
export default f.end(both);`,
  });
  const spun = async () => {
    const { code, text } = await workspace.warm('run', 'beside:spin-end');
    expect([code, text]).toEqual([0, expect.stringContaining('spin-end')]);
    return [artifactIn('beside/steps/both/artifacts/both.json'), REPLAYED.test(text)];
  };
  expect(await spun()).toEqual([['one', 2], false]);
  expect(await spun()).toEqual([['one', 2], true]);
  workspace.write({ 'lib/rates.csv': '3\n' });
  expect((await spun())[0]).toEqual(['one', 3]);
  // A comment in the library's code is none of its data.
  const lib = readFileSync(join(workspace.folder, 'lib/rates.ts'), 'utf8');
  workspace.write({ 'lib/rates.ts': `${lib}// a comment\n` });
  const { text } = await workspace.warm('run', 'beside:spin-end');
  expect(text.match(/\[.*(cache|existing).*\]/g)).toHaveLength(4);
  expect(text).toContain('still valid: what beside/end left');
  workspace.write({ 'beside/tools/words.js': `exports.word = 'two';\n` });
  expect(await spun()).toEqual([['two', 3], true]);
  // A step more: Nx forgets all of them, and they know themselves what has changed meanwhile.
  const flow = readFileSync(join(workspace.folder, 'beside/beside.flow.ts'), 'utf8');
  workspace.write({
    'beside/beside.flow.ts': flow.replace(
      'f.end(both)',
      "f.end(f.step('more', { after: both }, () => ({})))",
    ),
    'lib/rates.csv': '4\n',
  });
  expect(await spun()).toEqual([['two', 4], false]);
});

test.each([
  ['named ones count by what lies there', ", { inputs: ['rates.csv', 'more/*.csv'] }", '2'],
  ['others by where they lead, and stop nothing', '', '1'],
])('links to files and folders elsewhere: %s', async (_, inputs, seen) => {
  const links = `links-${seen}`;
  workspace.write({
    [`${links}/${links}.flow.ts`]: `import { flow } from '@nx-flow/core'; import { readFileSync } from 'node:fs';
const f = flow('${links}'${inputs});
const text = (file: string) => readFileSync(\`${links}/\${file}.csv\`, 'utf8');
export const start = f.start(() => ({ one: 1 }));
export const read = f.step('read', { after: start }, () => ({ texts: [text('rates'), text('more/rates')] }));
export default f.end(read);`,
  });
  const elsewhere = join(workspace.folder, '..', `elsewhere-${seen}`);
  mkdirSync(elsewhere);
  writeFileSync(join(elsewhere, 'rates.csv'), '1');
  for (const [target, name] of [
    [join(elsewhere, 'rates.csv'), 'rates.csv'],
    [elsewhere, 'more'],
  ] as const) {
    symlinkSync(target, join(workspace.folder, links, name));
    // Nx hashes once more what was made a moment ago.
    lutimesSync(join(workspace.folder, links, name), 1, 1);
  }
  workspace.git('add', '.');
  await workspace.warmFlow('run', links);
  const both = async () => {
    expect((await workspace.warm('run', `${links}:spin-read`)).code).toBe(0);
    expect((await workspace.warm('spin', links, '--step=read')).code).toBe(0);
    return ['steps', 'spin'].map((kind) => artifactIn(`${links}/${kind}/read/artifacts/texts.json`));
  };
  expect(await both()).toEqual([
    ['1', '1'],
    ['1', '1'],
  ]);
  writeFileSync(join(elsewhere, 'rates.csv'), '2');
  expect(await both()).toEqual([
    [seen, seen],
    [seen, seen],
  ]);
});

test('a step that keeps what it left prints again what it had printed', async () => {
  workspace.write({
    'says/says.flow.ts': small(
      'says',
      `({ self }) => { console.log('it says so'); return { twice: self.one * 2 }; }`,
    ),
  });
  expect((await workspace.warm('run', 'says:spin-double')).text).toContain('it says so');
  const flow = readFileSync(join(workspace.folder, 'says/says.flow.ts'), 'utf8');
  workspace.write({
    'says/says.flow.ts': flow.replace(
      'export default f.end(double);',
      `export const more = f.step('more', { after: double }, () => ({}));\nexport default f.end(more);`,
    ),
  });
  const { text } = await workspace.warm('run', 'says:spin-double');
  expect(text).toContain('still valid: what says/double left');
  expect(text).toContain('it says so');
});

test('flows of one name, which would share runs and outputs, are refused, and others go on', async () => {
  workspace.write({
    'a/twin.flow.ts': small('twin'),
    'b/twin.flow.ts': small('twin', '() => ({ twice: 5 })'),
    'c/other.flow.ts': small('other'),
  });
  for (const target of ['run', 'spin-start', 'snapshot']) {
    const { code, text } = await workspace.warm('run', `a:${target}`);
    expect([code, text]).toEqual([
      1,
      expect.stringContaining('FLOW_AMBIGUOUS  a/twin.flow.ts and b/twin.flow.ts declare flows of one name'),
    ]);
  }
  expect((await workspace.warm('run', 'c:spin-end')).code).toBe(0);
});

test('a workspace with a tsconfig.base.json alone has its paths', async () => {
  workspace.write({
    'paths/tsconfig.json': { extends: '../tsconfig.base.json' },
    'paths/paths.flow.ts': `import { k } from '@q/k';\n${small('paths', '({ self }) => ({ k: self.one + k })')}`,
    'shared/k.ts': 'export const k: number = 1;\n',
  });
  const spun = async () => {
    const { code, text } = await workspace.warm('run', 'paths:spin-double');
    expect(code).toBe(0);
    return [artifactIn('paths/steps/double/artifacts/k.json'), REPLAYED.test(text)];
  };
  expect(await spun()).toEqual([2, false]);
  workspace.write({ 'shared/k.ts': 'export const k: number = 2;\n' });
  expect((await spun())[0]).toBe(3);
});

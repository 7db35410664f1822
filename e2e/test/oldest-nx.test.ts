/** The oldest Nx that we support, always: what a flow needs of it, in short. All other files try the newest one. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { install } from '../lib/setup';
import { Workspace } from '../lib/workspace';

const OLDEST = '23.3.2';
const FLOW = `
import { flow } from '@nx-flow/core';
import { z } from 'zod';
import { twice } from '../lib';

const f = flow('sums', { params: { sha: z.string().default('none') } });
export const start = f.start(({ params }) => ({ rows: [1, 2, 3], given: params.sha }));
export const each = f.foreach('each', { after: start, over: 'rows' }, ({ input }) => ({ twice: twice(input) }));
export const sum = f.join('sum', { after: each }, ({ inputs }) => ({
  sum: inputs.map((input) => input.twice).reduce((a, b) => a + b),
}));
export const parity = f.step('parity', { after: sum }, ({ self }) => ({ even: self.sum % 2 === 0 }));
export default f.end(parity);
`;
const LIB = 'export const twice = (n: number) => 2 * n;\n';
const REPLAYED = 'Nx read the output from the cache';

const folder = join(process.env.NX_FLOW_E2E as string, 'oldest');
let workspace: Workspace;

beforeAll(() => {
  install(folder, OLDEST);
  workspace = new Workspace(
    'oldest',
    {
      'flows/sums.flow.ts': FLOW,
      'lib/project.json': { name: 'lib' },
      'lib/index.ts': LIB,
    },
    { install: folder },
  );
});

test('it is that version', () => {
  expect(workspace.nx('--version').text).toContain(`v${OLDEST}`);
});

test('the flow’s targets are inferred, and nx show project says how to use them', async () => {
  const { targets } = await workspace.project('flows');
  const short = ['resume', 'run', 'snapshot', 'spin'];
  const steps = ['each', 'end', 'parity', 'start', 'sum'];
  const long = short.map((target) => `${target}-sums`);
  const all = [...short, ...long, ...steps.flatMap((step) => [`spin-${step}`, `spin-sums-${step}`])];
  expect(Object.keys(targets).sort()).toEqual(all.sort());
  expect(targets.spin?.metadata.description).toContain('Try: npx nx spin flows --step=parity');
});

test('the help of a target has no options that are inferred', async () => {
  const { stdout } = workspace.nx('run', 'flows:spin-end', '--help');
  expect(stdout).toContain('--params');
  expect(stdout).not.toMatch(/--(namesake|flow|step|name)\b/);
});

test('a run takes parameters as they are typed', async () => {
  const { code, text } = await workspace.warm('run', 'flows', '--params.sha=12e3');
  expect(text).toContain('sums/1 done');
  expect(code).toBe(0);
  expect((await workspace.warmFlow('dump', 'sums', 'start', '--json')).json().artifacts.given).toBe('12e3');
});

test('a spin is replayed until something that it sees changes', async () => {
  const spin = async (...args: string[]) => {
    const { code, text } = await workspace.warm('spin', 'flows', '--step=sum', ...args);
    expect([code, text]).toEqual([0, expect.stringMatching(/^sum +number/m)]);
    return text.includes(REPLAYED) ? 'hit' : 'miss';
  };
  const seen = [await spin(), await spin()];
  workspace.write({ 'lib/index.ts': LIB.replace('2 * n', 'n * 2') });
  seen.push(await spin(), await spin(), await spin('--origin=1'));
  expect((await workspace.warmFlow('run', 'sums', '--params.sha=12e3')).code).toBe(0);
  seen.push(await spin());
  expect((await workspace.warmFlow('run', 'sums', '--params.sha=other')).code).toBe(0);
  seen.push(await spin());
  // An import; the same run by its number; a run of equal artifacts; a run of another parameter.
  expect(seen).toEqual(['miss', 'hit', 'miss', 'hit', 'miss', 'hit', 'miss']);
});

test('the steps are a task graph, and an edit executes what sees another result', async () => {
  const id = (step: string) => `flows:spin-${step}`;
  const before = { start: [], each: ['start'], sum: ['each'], parity: ['sum'], end: ['parity'] };
  expect(await workspace.taskGraph('run', 'flows:spin-end')).toEqual(
    Object.fromEntries(Object.entries(before).map(([step, on]) => [id(step), on.map(id)])),
  );
  const steps = Object.keys(before);
  const executed = async () => {
    const { code, text } = await workspace.warm('run', 'flows:spin-end');
    expect([code, text]).toEqual([0, expect.stringContaining('Successfully ran target spin-end')]);
    return steps.filter((step) => {
      const kept = text.includes(`still valid: what sums/${step} left`);
      return !kept && !new RegExp(`${id(step)}\\b.*(cache|existing)`).test(text);
    });
  };
  expect(await executed()).toEqual(steps);
  expect(await executed()).toEqual([]);
  // Any step may read it.
  workspace.write({ 'lib/rates.csv': '1' });
  expect(await executed()).toEqual(steps);
  // Its result is the same: nothing after it is executed.
  workspace.write({ 'flows/sums.flow.ts': FLOW.replace('self.sum % 2 === 0', '!(self.sum % 2)') });
  expect(await executed()).toEqual(['parity']);
  // Its result is another, and that of the parity is not.
  workspace.write({ 'lib/index.ts': LIB.replace('2 * n', '4 * n') });
  expect(await executed()).toEqual(['each', 'sum', 'parity', 'end']);
  const artifacts = join(workspace.folder, 'dist/flow/sums/steps/end/artifacts.json');
  expect(JSON.parse(readFileSync(artifacts, 'utf8'))).toContainEqual(
    expect.objectContaining({ name: 'sum' }),
  );
});

test('a target with the input flowOutputs is replayed until an artifact of the step differs', async () => {
  const flow = readFileSync(join(workspace.folder, 'flows/sums.flow.ts'), 'utf8');
  expect(await workspace.warm('g', '@nx-flow/plugin:init', '--skip-package-json')).toMatchObject({ code: 0 });
  workspace.write({
    'page/project.json': {
      name: 'page',
      targets: {
        make: {
          command: 'echo made',
          dependsOn: [{ projects: ['flows'], target: 'spin-parity' }],
          inputs: ['default', 'flowOutputs'],
          cache: true,
        },
      },
    },
  });
  const make = async () => {
    const { code, text } = await workspace.warm('run', 'page:make');
    expect([code, text]).toEqual([0, expect.stringContaining('made')]);
    return /page:make .*(cache|existing)/.test(text) ? 'hit' : 'miss';
  };
  const seen = [await make(), await make()];
  workspace.write({ 'flows/rates.csv': '1' });
  seen.push(await make());
  workspace.write({ 'flows/sums.flow.ts': flow.replace('({ even:', '({ odd:') });
  seen.push(await make(), await make());
  expect(seen).toEqual(['miss', 'hit', 'hit', 'miss', 'hit']);
  workspace.write({ 'flows/sums.flow.ts': flow });
});

test('what the flow and its project say of inputs counts, also files that git ignores', async () => {
  workspace.write({
    '.gitignore': 'node_modules\ndist\n.nx\n.flow\n*.csv\n',
    'flows/data/a.csv': '1',
    'flows/data/draft.csv': '1',
    'flows/sums.flow.ts': FLOW.replace('{ params:', "{ inputs: ['data/*.csv', '!data/draft.csv'], params:"),
    'flows/project.json': { name: 'flows', targets: { spin: { inputs: ['...', { env: 'MOOD' }] } } },
  });
  const ways = async () =>
    [
      await workspace.warm('spin', 'flows', '--step=sum'),
      await workspace.warm('run', 'flows:spin-start'),
    ].map(({ code, text }) => code === 0 && !text.includes(REPLAYED));
  const executed = [await ways(), await ways()];
  workspace.write({ 'flows/data/draft.csv': '2' });
  executed.push(await ways());
  workspace.write({ 'flows/data/a.csv': '2' });
  executed.push(await ways());
  workspace.env = { MOOD: 'glad' };
  executed.push(await ways());
  workspace.env = {};
  expect(executed).toEqual([
    [true, true],
    [false, false],
    [false, false],
    [true, true],
    [true, false],
  ]);
});

test('what Nx has lost of a cached result is told, and executed the next time', async () => {
  const spin = () => workspace.warm('spin', 'flows', '--step=sum');
  expect((await workspace.warmFlow('run', 'sums')).code).toBe(0);
  expect((await spin()).code).toBe(0);
  const cache = join(workspace.folder, '.nx/cache');
  for (const hash of readdirSync(cache)) {
    const lost = join(cache, hash, 'dist/flow/sums/spin/sum/artifacts');
    if (existsSync(lost)) rmSync(lost, { recursive: true });
  }
  const { code, text } = await spin();
  expect([code, text]).toEqual([1, expect.stringContaining('FLOW_CACHE_DAMAGED')]);
  expect((await spin()).text).not.toContain(REPLAYED);
});

test('the project graph has the import', async () => {
  expect((await workspace.warm('graph', '--file=graph.json')).code).toBe(0);
  const { graph } = JSON.parse(readFileSync(join(workspace.folder, 'graph.json'), 'utf8'));
  expect(graph.dependencies.flows).toEqual([{ source: 'flows', target: 'lib', type: 'static' }]);
});

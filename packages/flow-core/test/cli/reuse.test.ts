/** `run --reuse` as the command: on real files, whose code is fingerprinted, and on what a flow declares. */
import { Workspace } from '../kit/workspace';

let ws: Workspace;
beforeAll(() => {
  ws = new Workspace();
  ws.write('data/rates.csv', 'eur 1');
  ws.write('scale.ts', 'export const scale = (n: number) => n * 2;\n');
  ws.write('bills.flow.ts', bills());
});
afterEach(() => ws.quiet());
afterAll(() => ws.dispose());

const bills = (label = 'sum') => `
import { readFileSync } from 'node:fs';
import { flow } from '@nx-flow/core';
import { scale } from './scale';

const f = flow('bills', { inputs: ['data/*.csv', { env: 'RATE' }] });
const start = f.start(() => ({ ns: [1, 2, 3], rate: readFileSync('data/rates.csv', 'utf8') + process.env.RATE }));
const each = f.foreach('each', { after: start, over: 'ns' }, ({ input }) => ({ n: scale(input) }));
const sum = f.join('sum', { after: each }, ({ inputs }) => ({ ${label}: inputs.reduce((sum, { n }) => sum + n, 0) }));
const who = f.step('who', { after: sum }, ({ current }) => ({ who: current.user }));
export default f.end(who);
`;

test('what nothing changed for is taken over; the line says what is not seen, and why names what differed', async () => {
  const run = async (...args: string[]) => (await ws.ok(['run', 'bills', '--json', ...args])).json.tasks;
  // What was written just before a process counts as changed by then.
  await ws.ok(['runs', 'bills']);
  expect(await run()).toEqual({ done: 7, failed: 0 });
  const again = await ws.ok(['run', 'bills', '--reuse']);
  expect(again.stdout).toContain(
    '6 of 7 tasks reused. Changes of time, network and randomness are not seen. What differs of the others: nx-flow why bills 2',
  );
  expect(again.stdout).toContain('↷ each reused (3 tasks)');
  expect((await ws.ok(['why', 'bills', '2'])).stdout).toMatch(
    /bills\/2\/who\/6 +1 +its code mentions `current`/,
  );

  // A comment is no change; the steps that a changed function reaches are executed, and what sees their results.
  ws.write('scale.ts', '// Doubles it.\nexport const scale = (n: number) => n * 2;\n');
  await ws.ok(['runs', 'bills']);
  expect(await run('--reuse')).toEqual({ done: 1, failed: 0, reused: 6 });
  ws.write('scale.ts', 'export const scale = (n: number) => n * 3;\n');
  await ws.ok(['runs', 'bills']);
  expect(await run('--reuse')).toEqual({ done: 5, failed: 0, reused: 2 });
  expect((await ws.ok(['dump', 'bills', '4/sum', '--json'])).json.artifacts).toEqual({ sum: 18 });
  const { json } = await ws.ok(['why', 'bills', '4', '--json']);
  expect(json).toMatchObject({ pathspec: 'bills/4', reused: 2 });
  expect(json.executed).toMatchObject([
    {
      step: 'each',
      tasks: 3,
      first: 'bills/4/each/2',
      to: 'bills/3',
      what: ['the code'],
      code: [{ text: 'scale.ts: scale changed' }],
    },
    { step: 'sum', to: 'bills/1/sum/5', what: ['n'] },
    { step: 'who', what: ['its code mentions `current`'] },
  ]);

  // Declared files and variables, and options for all steps.
  ws.write('data/rates.csv', 'eur 2');
  await ws.ok(['runs', 'bills']);
  expect(await run('--reuse')).toEqual({ done: 7, failed: 0, reused: 0 });
  expect((await ws.ok(['why', 'bills', '5'])).stdout).toMatch(
    /bills\/5\/start\/1 +1 +since bills\/4: the declared files/,
  );
  expect(await run('--reuse', '--with=env:RATE=4')).toMatchObject({ reused: 0 });
  const rated = await ws.ok(['run', 'bills', '--reuse', '--json'], { env: { RATE: '5' } });
  expect(rated.json.tasks).toMatchObject({ reused: 0 });
  expect(await run('--reuse')).toMatchObject({ reused: 6 });
  expect((await ws.ok(['verify', '--json'])).json.problems).toEqual([]);
});

test('a task that was executed with code that was edited meanwhile stands for none', async () => {
  ws.write('data/rates.csv', 'eur 3');
  ws.flow(
    'edited',
    `const start = f.start(async () => { tell('begun'); await hear('edited'); return { n: 1 }; });
     export default f.end(f.step('more', { after: start }, ({ self }) => ({ m: self.n })));`,
  );
  const text = ws.read('edited.flow.ts');
  const started = ws.start(['run', 'edited', '--json']);
  await ws.hear('begun');
  ws.write('edited.flow.ts', `${text}\n// edited`);
  ws.tell('edited');
  expect((await started.done).json.tasks).toEqual({ done: 3, failed: 0 });
  const { json } = await ws.ok(['run', 'edited', '--reuse', '--json']);
  expect(json.tasks).toEqual({ done: 3, failed: 0, reused: 0 });
  expect((await ws.ok(['run', 'edited', '--reuse', '--json'])).json.tasks).toMatchObject({ reused: 3 });
});

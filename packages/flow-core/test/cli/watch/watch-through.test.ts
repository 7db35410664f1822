/** `spin --watch --through`: a step and those after it, at each save that one of them sees. */
import type { WatchedThroughJson } from '../../../src/cli/json/shapes';
import { isAlive } from '../../../src/environment/temporary';
import { Workspace } from '../../kit/workspace';
import { type Line, Watched } from '../../session/watch/watched';

const ws = new Workspace();
let watched: Watched | undefined;
const watch = (...args: string[]) => {
  watched = new Watched(ws, args);
  return watched;
};
const FLOW = `import { spawn } from 'node:child_process';
import { flow } from '@nx-flow/core';
import { tell } from './signals';
void [spawn, tell];
const f = flow('chain');
const start = f.start(() => ({ rows: [1, 2, 3] }));
const first = f.step('first', { after: start }, ({ self }) => ({ sum: self.rows.length }));
const second = f.step('second', { after: first }, ({ self }) => {
  return { twice: self.sum * 2 };
});
const last = f.step('last', { after: second }, () => ({ more: 1 }));
export default f.end(last);
`;
const save = (text = FLOW) => ws.write('chain.flow.ts', text);
const second = (body: string) => save(FLOW.replace('return { twice: self.sum * 2 };', body));
const chain = async (live: Watched, from?: number) =>
  (await live.spun(from)) as unknown as WatchedThroughJson;
const values = ({ steps }: WatchedThroughJson) =>
  steps.map(({ step, spins }) => [
    step,
    ...spins.flatMap(({ artifacts }) =>
      Object.values(artifacts).map(({ preview, change }) => `${preview} ${change}`),
    ),
  ]);
const any = (_: Line) => true;

beforeAll(async () => {
  save();
  await ws.ok(['run', 'chain', '--max-workers=1']);
});
afterEach(async () => {
  await watched?.end('SIGKILL');
  watched = undefined;
  await ws.quiet();
  ws.silence();
  save();
});
afterAll(() => ws.dispose());

test('an edit of the second step spins the chain, one outside of it nothing; a name that leads nowhere waits', async () => {
  const live = watch('chain', 'first', '--through=second', '--max-workers=1');
  expect(await chain(live)).toMatchObject({
    n: 1,
    step: 'first',
    through: 'second',
    origin: 'chain/1',
    reached: true,
  });
  second('return { twice: self.sum * 3 };');
  const spun = await chain(live);
  expect(spun).toMatchObject({
    n: 2,
    status: 'done',
    changed: ['the function of the step second changed in chain.flow.ts'],
  });
  expect(values(spun)).toEqual([
    ['first', '3 same'],
    ['second', '9 changed'],
  ]);
  expect(spun.latencyMs).toBeGreaterThan(0);

  let from = live.lines.length;
  save(FLOW.replace('self.sum * 2', 'self.sum * 3').replace('more: 1', 'more: 2'));
  expect(await live.line(from, any)).toMatchObject({ watch: 'unchanged', files: [ws.path('chain.flow.ts')] });

  from = live.lines.length;
  second("throw new Error('not today');");
  expect(await chain(live, from)).toMatchObject({
    status: 'failed',
    reached: false,
    steps: [{ step: 'first' }, { step: 'second' }],
  });

  from = live.lines.length;
  save(
    FLOW.replace("'second', { after: first }", "'second', { after: start }")
      .replace("f.step('last', { after: second }", "f.gather('last', { after: { first, second } }")
      .replace('self.sum * 2', '2'),
  );
  expect(await live.line(from, any)).toMatchObject({ watch: 'broken', error: { code: 'FLOW_THROUGH' } });

  from = live.lines.length;
  save();
  expect(values(await chain(live, from))).toEqual([
    ['first', '3 same'],
    ['second', '6 same'],
  ]);
  expect(await live.end()).toBe(130);
});

test('a step that comes into the chain is told, and spun; where names are computed, all of the flow counts', async () => {
  const live = watch('chain', 'first', '--through=second', '--max-workers=1');
  await chain(live);
  save(
    FLOW.replace(
      "const second = f.step('second', { after: first }",
      "const mid = f.step('mid', { after: first }, () => ({ sum: 5 }));\nconst second = f.step('second', { after: mid }",
    ),
  );
  const longer = await chain(live);
  expect(longer.changed).toContain('the chain has the step mid, too');
  expect(values(longer)).toEqual([
    ['first', '3 same'],
    ['mid', '5 new'],
    ['second', '10 changed'],
  ]);

  const computed = FLOW.replace("f.step('last'", "f.step(['la', 'st'].join('')");
  let from = live.lines.length;
  save(computed);
  await chain(live, from);
  from = live.lines.length;
  save(computed.replace('more: 1', 'more: 2'));
  expect((await chain(live, from)).changed).not.toEqual([]);
});

const LOOP =
  "spawn('sleep', ['64']); spawn('sleep', ['65'], { detached: true }); tell('at', String(process.pid)); for (;;) {}";

test('a save ends the worker of a step that is executed, before the next spin begins', async () => {
  const live = watch('chain', 'first', '--through=second', '--max-workers=1');
  await chain(live);
  second(LOOP);
  await ws.hear('at');
  const worker = Number(ws.read('signals/at'));
  const from = live.lines.length;
  second('return { twice: 1 };');
  expect(values(await chain(live, from))[1]).toEqual(['second', '1 changed']);
  expect(isAlive(worker)).toBe(false);
});

test.each(['SIGINT', 'SIGKILL'] as const)(
  'nothing stays after %s, while a worker is in a loop',
  async (signal) => {
    second(LOOP);
    const live = watch('chain', 'first', '--through=second', '--max-workers=1');
    await ws.hear('at');
    expect(await live.end(signal)).toBe(signal === 'SIGINT' ? 130 : null);
    await ws.quiet();
  },
);

test.each([
  ['--freeze', '--through goes without --freeze: a test spins one step on one run. Freeze a single spin.'],
  ['--inspect', '--through goes without --inspect: a debugger looks at one process. Debug a single spin.'],
  ['--persist', '--through goes without --persist: nothing of it is stored. Persist a single spin.'],
  [
    '--all',
    '--watch goes without --all: it spins one split at each save. On a terminal, the key a spins all of them once.',
  ],
  ['--from=last:2', '--through goes on from one run: leave --from out, or name the run by --origin.'],
])('%s is refused', async (option, message) => {
  const args = ['spin', 'chain', 'first', '--through=second', '--watch', option, '--json'];
  expect(await ws.nxFlow(args)).toMatchObject({ code: 2, json: { error: { code: 'FLOW_USAGE', message } } });
});

/**
 * Random sequences of misbehaviours: every command ends in time with the right code, the next task is unharmed, a run and a
 * spin agree, nothing is left running. A few by default, others each time; `npm run hostile` draws thousands.
 */
import fc from 'fast-check';
import { Runner } from '../../src/testing';
import { Workspace } from '../kit/workspace';
import { FOUND } from './hostile-found';
import { hostileFlow, MISBEHAVIOURS, type Misbehaviour } from './misbehaviours';

const RUNS = Number(process.env.NX_FLOW_HOSTILE ?? 0);
const SEED = Number(process.env.NX_FLOW_SEED ?? Date.now() % 2 ** 31);

/** Without a number of sequences: how long to draw some. Milliseconds. */
const SLICE_MS = 25_000;

const ws = new Workspace().shareProcess();
ws.write('caught.flow.ts', hostileFlow('caught', ", catch: 'why'"));
ws.write('hard.flow.ts', hostileFlow('hard'));
afterAll(() => ws.dispose());

const NAMES = Object.keys(MISBEHAVIOURS);
const of = (name: string) => MISBEHAVIOURS[name] as Misbehaviour;

interface Trial {
  names: readonly string[];
  workers: number;
  /** Which of them is spun. */
  spun: number;
  after: 'nothing' | 'spin --all' | 'resume' | 'Runner';
}
const AFTER = ['nothing', 'nothing', 'nothing', 'spin --all', 'resume', 'Runner'] as const;
const trial: fc.Arbitrary<Trial> = fc.record({
  names: fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 4 }),
  workers: fc.integer({ min: 1, max: 2 }),
  spun: fc.nat(3),
  after: fc.constantFrom(...AFTER),
});

async function check({ names, workers, spun, after }: Trial): Promise<void> {
  const params = `--params.names=${names}`;
  const ran = await ws.nxFlow(['run', 'caught', `--max-workers=${workers}`, params, '--json']);
  expect([ran.code, ran.json?.status]).toEqual([0, 'done']);
  const { artifacts } = (await ws.ok(['dump', 'caught', 'all', '--json'])).json;
  const expected = names.flatMap((name) => [told(of(name).fails), artifacts.before]);
  expect(artifacts.told).toEqual(expected);
  await checkSpin(names[spun % names.length] as string, 2 * (spun % names.length));
  if (after === 'spin --all') await checkAll(names);
  if (after === 'resume') await checkResume(names, params);
  if (after === 'Runner') await checkRunner(names);
}

const told = (fails: RegExp | undefined) => (fails ? expect.stringMatching(fails) : 'done');

async function checkSpin(name: string, index: number): Promise<void> {
  const { fails, spinFails = fails, harsh } = of(name);
  const args = ['spin', 'caught', 'each', `--index=${index}`, '--json'];
  // Which of the command's own descriptors it closes is chance: that the command ends is all that can be said.
  if (harsh) await ws.start(args).done;
  else {
    const { code, json } = await ws.nxFlow(args);
    const message = spinFails && expect.stringMatching(spinFails);
    expect([name, code, json?.error?.message]).toEqual([name, spinFails ? 1 : 0, message]);
  }
}

/** Splits are spun in workers, as tasks of a run are. */
async function checkAll(names: readonly string[]): Promise<void> {
  const { code, json } = await ws.nxFlow(['spin', 'caught', 'each', '--all', '--json']);
  const statuses = names.flatMap((name) => [of(name).fails ? 'failed' : 'done', 'done']);
  expect(json.splits.map(({ status }: { status: string }) => status)).toEqual(statuses);
  expect(code).toBe(statuses.includes('failed') ? 1 : 0);
}

/** A Runner has a process of its own for each spin, which the step may end. */
async function checkRunner(names: readonly string[]): Promise<void> {
  await using runner = new Runner(ws.path('caught.flow.ts'));
  const [name = ''] = names;
  const spun = await runner.spin('each', {
    artifacts: { names: [name, ''] },
    params: { names: name },
    index: 0,
  });
  const { fails, spinFails = fails } = of(name);
  expect([name, spun.status]).toEqual([name, spinFails ? 'failed' : 'done']);
}

/** What failed fails again, and nothing else is executed. */
async function checkResume(names: readonly string[], params: string): Promise<void> {
  const failing = names.filter((name) => of(name).fails).length;
  const done = 1 + 2 * names.length - failing + (failing > 0 ? 0 : 2);
  const first = await ws.nxFlow(['run', 'hard', params, '--json']);
  expect([first.code, first.json.tasks]).toMatchObject([failing > 0 ? 1 : 0, { done, failed: failing }]);
  const again = await ws.nxFlow(['resume', 'hard', '--json']);
  if (failing === 0) expect([again.code, again.json.error.code]).toEqual([2, 'FLOW_NOTHING_TO_RESUME']);
  else expect([again.code, again.json.tasks]).toMatchObject([1, { failed: failing, taken: done }]);
}

test('sequences that once found a defect', async () => {
  for (const names of FOUND) await check({ names, workers: 1, spun: 0, after: 'spin --all' });
}, 300_000);

test(`any sequence (NX_FLOW_HOSTILE=${RUNS || 'a slice'} NX_FLOW_SEED=${SEED})`, async () => {
  let sequences = 0;
  await fc.assert(
    fc.asyncProperty(trial, async (one) => {
      await check(one);
      sequences++;
      if (RUNS > 0 && sequences % 50 === 0) process.stderr.write(`${sequences} sequences\n`);
    }),
    {
      seed: SEED,
      numRuns: RUNS || 1000,
      endOnFailure: RUNS === 0,
      ...(RUNS > 0 ? {} : { interruptAfterTimeLimit: SLICE_MS, markInterruptAsFailure: false }),
    },
  );
  expect(sequences).toBeGreaterThan(0);
}, 86_400_000);

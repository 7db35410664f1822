/**
 * Flows that are edited at random, over and over: whatever Nx replays is what the flow comes to now, by a model of it.
 * `FUZZ_RUNS=200` tries that many sequences of edits; `FUZZ_SEED` those of a run that failed. `WHOLE=1` tries 25.
 */
import { randomInt } from 'node:crypto';
import { Edited, FIRST, resultsOf, type State, spunOf } from '../lib/edited';
import { randomOf } from '../lib/random';
import { Workspace } from '../lib/workspace';

const SEED = Number(process.env.FUZZ_SEED ?? randomInt(2 ** 31));
const RUNS = Number(process.env.FUZZ_RUNS ?? (process.env.WHOLE ? 25 : 1));
/** Sequences that take turns in one workspace: Nx's own start is paid once for all. */
const TOGETHER = Math.min(5, RUNS);
const ROUNDS = 3;

/** These are the command's: all flows have the same. */
const SHARED: readonly (keyof State)[] = ['mood', 'param'];
const OWN = (Object.keys(FIRST) as (keyof State)[]).filter((key) => !SHARED.includes(key));

interface Sequence {
  flow: Edited;
  states: State[];
  /** What the newest run recorded. */
  recorded: State;
  trail: string[];
}

const batches = Math.ceil(RUNS / TOGETHER);
test.each(Array.from({ length: batches }, (_, i) => SEED + i))(
  `${TOGETHER} sequences of edits, seed %i`,
  async (seed) => {
    const random = randomOf(seed);
    const oneOf = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
    const workspace = new Workspace(`random-edits-${seed}`);
    const shared = { mood: 1, param: 1 };
    const sequences = Array.from({ length: TOGETHER }, (_, i): Sequence => {
      const flow = new Edited(workspace, `flow${i}`);
      flow.write(FIRST);
      return { flow, states: [FIRST], recorded: FIRST, trail: [] };
    });
    const nx = async (...args: string[]) => {
      workspace.env = { MOOD: String(shared.mood) };
      const { code, text } = await workspace.warm('run-many', ...args, '--parallel=3');
      if (code !== 0) throw new Error(`nx run-many ${args.join(' ')} ended with ${code}:\n${text}`);
      return text;
    };
    const given = () => (shared.param === 1 ? [] : [`--params.param=${shared.param}`]);
    await nx('-t', 'run');

    for (let round = 0; round < ROUNDS; round++) {
      for (const key of SHARED) if (random() < 0.2) shared[key as 'mood'] = 1 + Math.floor(random() * 2);
      for (const sequence of sequences) {
        const { flow, states, trail } = sequence;
        const now = { ...(states.at(-1) as State) };
        const edit = random();
        if (edit < 0.15) {
          Object.assign(now, oneOf(states));
          trail.push('an earlier state');
        } else {
          for (let n = random() < 0.7 ? 1 : 3; n > 0; n--) {
            const key = oneOf(OWN);
            now[key] = Math.floor(random() * 3);
            trail.push(`${key} ${now[key]}`);
          }
        }
        if (random() < 0.15) {
          const folder = oneOf(['', 'steps', 'steps/both', 'steps/sum', 'spin']);
          flow.remove(folder);
          trail.push(`${folder || 'dist'} removed`);
        }
        Object.assign(now, shared);
        states.push(now);
        flow.write(now);
      }
      const running = sequences.filter(() => random() < 0.3);
      if (running.length > 0) {
        await nx('-t', 'run', '-p', running.map(({ flow }) => flow.name).join(), ...given());
        for (const sequence of running) {
          sequence.recorded = sequence.states.at(-1) as State;
          sequence.trail.push('run');
        }
      }
      await nx('-t', 'spin-end', ...given());
      for (const { flow, states, trail } of sequences) {
        const expected = resultsOf(states.at(-1) as State);
        const found = Object.fromEntries(
          Object.keys(expected).map((step) => [step, flow.outputs(`steps/${step}`)]),
        );
        expect([flow.name, trail, found]).toEqual([flow.name, trail, expected]);
      }
      const step = oneOf(['left', 'right', 'both', 'pick'] as const);
      await nx('-t', 'spin', `--step=${step}`);
      for (const { flow, states, recorded, trail } of sequences) {
        const expected = spunOf(step, states.at(-1) as State, recorded);
        const before: Record<string, unknown> = resultsOf(recorded)[step] ?? {};
        const changes = Object.entries(expected).map(([name, value]) => [
          name,
          JSON.stringify(value) === JSON.stringify(before[name]) ? 'same' : 'changed',
        ]);
        expect([flow.name, trail, step, flow.outputs(`spin/${step}`)]).toEqual([
          flow.name,
          trail,
          step,
          expected,
        ]);
        expect([flow.name, trail, step, flow.changes(step)]).toEqual([
          ...[flow.name, trail, step],
          Object.fromEntries(changes),
        ]);
      }
    }
  },
  600_000,
);

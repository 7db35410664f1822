/**
 * Random programs that are edited and run again with `--reuse`, again and again: each run is what a reference interpreter gives, and
 * what no edit reached is executed by none. 200 sequences: `NX_FLOW_RUNS=200 npx jest random-edits`.
 */
import { memoryStore } from '../../src/store/open';
import { Bench, expectSame } from './bench';
import { type Program, SHARED, type Spec } from './program';
import { DRAWN, everyProgram, oneOf, RUNS } from './random';
import { randomOf } from './shuffled-pool';

/** A sequence of five edits takes as long as fifteen programs of another test. */
const SEQUENCES = process.env.NX_FLOW_RUNS ? RUNS : Math.ceil(RUNS / 10);
const EDITS = 5;

interface State {
  program: Program;
  params: Record<string, unknown>;
}

type Edit = (state: State, random: () => number) => void;

/** Those of a spec draw which one. */
const onSpec =
  (edit: (spec: Spec, random: () => number) => void): Edit =>
  ({ program }, random) =>
    edit(oneOf(program.specs, random), random);

const EDITS_OF: Record<string, Edit> = {
  'another result': onSpec((spec, random) => {
    spec.salt = Math.floor(random() * 3);
  }),
  'another text': onSpec((spec, random) => {
    spec.note = Math.floor(random() * 3);
  }),
  'fewer names are read': onSpec((spec, random) => {
    spec.narrow = [oneOf(['mark', ...SHARED], random), oneOf(['rows', ...SHARED], random)];
  }),
  'all names are read': onSpec((spec) => {
    delete spec.narrow;
  }),
  'another name is set': onSpec((spec, random) => {
    spec.sets = [...spec.sets.filter((name) => name.startsWith('own_')), oneOf(SHARED, random)];
  }),
  'one item more': ({ program }, random) => {
    const lists = program.specs.flatMap((spec) => spec.lists).filter(({ length }) => length > 3);
    if (lists.length > 0) oneOf(lists, random).length++;
  },
  'another parameter': (state, random) => {
    state.params = { seed: Math.floor(random() * 3) };
  },
};

test(`edited again and again, a run with --reuse is what a full one would be ${DRAWN}`, async () => {
  const counts = { executed: 0, reused: 0 };
  await everyProgram(async ({ program, draw }) => {
    const random = randomOf(draw);
    const store = memoryStore();
    let state: State = { program, params: {} };
    const before: State[] = [];
    for (let n = 0; n <= EDITS; n++) {
      const shuffle = draw % 3 === 0 ? undefined : draw + n;
      const bench = new Bench(state.program, store);
      const run = await bench.run({ reuse: n > 0, shuffle, params: state.params });
      const meaning = await bench.agrees(run, { params: state.params });
      const { done = 0, reused = 0 } = run.row.tasks ?? {};
      expect(done + reused).toBe(meaning.size);
      expectSame(run.executed.length, done, 'what is executed');
      if (n > 0) counts.executed += done;
      counts.reused += reused;
      if (n > 0 && random() < 0.3) await bench.spinsTheSame(run, oneOf([...meaning.values()], random));
      before.push(state);
      // What was before may come again.
      if (random() < 0.2) state = oneOf(before, random);
      else {
        state = structuredClone(state);
        const edits = 1 + Math.floor(random() * 2);
        for (let i = 0; i < edits; i++) oneOf(Object.values(EDITS_OF), random)(state, random);
      }
    }
  }, SEQUENCES);
  expect(counts.reused).toBeGreaterThan(counts.executed / 4);
  expect(counts.executed).toBeGreaterThan(0);
  if (process.env.NX_FLOW_RUNS)
    process.stdout.write(`${counts.executed} tasks executed, ${counts.reused} reused\n`);
});

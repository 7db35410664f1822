/** Random programs, for tests of what holds for every one. */
import fc from 'fast-check';
import { compile, type Program, type Shape } from './program';

/** 40 programs, others each time, and 300 by `WHOLE=1`; more by `NX_FLOW_RUNS`, the same again by `NX_FLOW_SEED`. */
export const RUNS = Number(process.env.NX_FLOW_RUNS ?? (process.env.WHOLE ? 300 : 40));
const SEED = Number(process.env.NX_FLOW_SEED ?? Date.now() % 2 ** 31);
/** For a test's title: what is needed to have the same programs again. */
export const DRAWN = `(NX_FLOW_RUNS=${RUNS} NX_FLOW_SEED=${SEED})`;
const seed = fc.nat(2 ** 30);
const shape = fc.letrec<{ shapes: Shape[]; shape: Shape }>((tie) => ({
  shapes: fc.array(tie('shape'), { maxLength: 4 }),
  shape: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.record({ kind: fc.constant('step' as const), seed }),
    fc.record({
      kind: fc.constant('loop' as const),
      seed,
      times: fc.oneof({ weight: 15, arbitrary: fc.integer({ min: 1, max: 3 }) }, fc.constant(20)),
    }),
    fc.record({
      kind: fc.constant('foreach' as const),
      seed,
      length: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 3 }) }, fc.constant(12)),
      bare: fc.boolean(),
      inside: tie('shapes'),
    }),
    fc.record({
      kind: fc.constant('gather' as const),
      seed,
      branches: fc.array(tie('shapes'), { minLength: 2, maxLength: 3 }),
    }),
    fc.record({
      kind: fc.constant('switch' as const),
      seed,
      arms: fc.array(tie('shapes'), { minLength: 1, maxLength: 3 }),
      united: fc.nat(3),
    }),
  ),
})).shape;
const program = fc.array(shape, { minLength: 1, maxLength: 8 }).map((shapes) => compile('random', shapes));

export interface Trial {
  program: Program;
  /** Draws the pool's order, the tasks that are spun and the one that fails. */
  draw: number;
}

export function everyProgram(check: (trial: Trial) => Promise<void>, numRuns = RUNS): Promise<void> {
  return fc.assert(
    fc.asyncProperty(program, seed, (program, draw) => check({ program, draw })),
    { seed: SEED, numRuns },
  );
}

export function oneOf<T>(items: readonly T[], random: () => number): T {
  return items[Math.floor(random() * items.length)] as T;
}

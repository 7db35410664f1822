/** The conformance matrix: every behaviour on every graph where it can be seen. */
import { BEHAVIOURS } from './behaviours';
import { GRAPHS } from './graphs';
import type { Program } from './program';

const seenOn = (program: Program) =>
  Object.entries(BEHAVIOURS).filter(([, behaviour]) => behaviour.in?.(program) ?? true);

describe.each(Object.entries(GRAPHS))('%s:', (_, program) => {
  test.each(seenOn(program))('%s', (_, behaviour) => behaviour.check(program));
});

const graphs = Object.values(GRAPHS);
const behaviours = Object.keys(BEHAVIOURS).length;
const checks = graphs.reduce((sum, program) => sum + seenOn(program).length, 0);
test(`the matrix has ${graphs.length} graphs and ${behaviours} behaviours: ${checks} checks`, () => {
  expect(checks).toBeGreaterThan(graphs.length * behaviours * 0.8);
});

test('the matrix has every kind of step, and the mixture its sixteen', () => {
  const kinds = Object.values(GRAPHS).flatMap(({ specs }) => specs.map(({ kind }) => kind));
  const all = ['start', 'step', 'foreach', 'join', 'gather', 'switch', 'loop', 'end'];
  expect([...new Set(kinds)].sort()).toEqual(all.sort());
  expect(GRAPHS['mixture of sixteen steps']?.specs).toHaveLength(16);
});

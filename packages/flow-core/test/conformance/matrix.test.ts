/** The conformance matrix: every behaviour on every graph where it can be seen. */
import { BEHAVIOURS } from './behaviours';
import { GRAPHS } from './graphs';

describe.each(Object.entries(GRAPHS))('%s:', (_, program) => {
  const seen = Object.entries(BEHAVIOURS).filter(([, behaviour]) => behaviour.in?.(program) ?? true);
  test.each(seen)('%s', (_, behaviour) => behaviour.check(program));
});

test('the matrix has every kind of step, and the mixture its sixteen', () => {
  const kinds = Object.values(GRAPHS).flatMap(({ specs }) => specs.map(({ kind }) => kind));
  const all = ['start', 'step', 'foreach', 'join', 'gather', 'switch', 'loop', 'end'];
  expect([...new Set(kinds)].sort()).toEqual(all.sort());
  expect(GRAPHS['mixture of sixteen steps']?.specs).toHaveLength(16);
});

/** Flows that are right, and that the rules let pass: a large one by hand, many at random. */
import fc from 'fast-check';
import { flow, merge, oneOf } from '../../src/definition';
import { depthOf, frameText, scopeOf } from '../../src/definition/graph';
import {
  anyOf,
  type Handle,
  nothing,
  problemsOf,
  requireGraphOf,
  type UntypedFlow,
  untyped,
} from './untyped';

test('foreaches, switches, gathers, loops and partial oneOfs may stand in one another', () => {
  const f = flow('large');
  const start = f.start(() => ({ rows: [[1, 2], [3]], words: ['a'], n: 1 }));

  // A foreach inside a foreach; inside both a switch, and inside an arm of it a gather.
  const row = f.foreach('row', { after: start, over: 'rows' }, ({ input }) => ({ cells: input }));
  const cell = f.foreach('cell', { after: row, over: 'cells' }, ({ input }) => ({ value: input }));
  const sign = f.switch('sign', { after: cell, on: 'is', cases: ['odd', 'even'] }, ({ self }) => ({
    is: self.value % 2 ? 'odd' : 'even',
  }));
  const half = f.step('half', { after: sign.when('even') }, ({ self }) => ({ a: self.value / 2 }));
  const twice = f.step('twice', { after: sign.when('even') }, ({ self }) => ({ b: self.value * 2 }));
  const even = f.gather('even', { after: { half, twice } }, ({ inputs }) => ({ ...merge(inputs) }));
  const done = f.step('done', { after: oneOf(even, sign.when('odd')) }, ({ self }) => ({ v: self.value }));
  const left = f.step('left', { after: done }, ({ self }) => ({ l: self.v }));
  const right = f.step('right', { after: done }, ({ self }) => ({ r: self.v }));
  const sides = f.gather('sides', { after: { left, right } }, ({ inputs }) => ({ s: inputs.left.l }));
  const cells = f.join('cells', { after: sides }, ({ inputs }) => ({ sum: inputs.length }));
  const rows = f.join('rows', { after: cells }, ({ inputs }) => ({ total: inputs.length }));

  // A foreach inside an arm; a switch inside another arm; some arms united before all are.
  const cases = ['list', 'deep', 'none', 'skip'] as const;
  const kind = f.switch('kind', { after: start, on: 'k', cases }, () => ({ k: 'deep' as const }));
  const word = f.foreach('word', { after: kind.when('list'), over: 'words' }, ({ input }) => ({ w: input }));
  const words = f.join('words', { after: word }, ({ inputs }) => ({ out: inputs.length }));
  const deep = f.switch('deep', { after: kind.when('deep'), on: 'd', cases: ['x', 'y'] }, () => ({ d: 'x' }));
  const x = f.loop('x', { after: deep.when('x'), while: 'go', max: 3 }, () => ({ go: false, out: 1 }));
  const y = f.step('y', { after: deep.when('y') }, () => ({ out: 2 }));
  const deepest = f.step('deepest', { after: oneOf(x, y) }, ({ self }) => ({ out: self.out }));
  const none = f.step('none', { after: kind.when('none') }, () => ({ out: 0 }));
  const some = f.step('some', { after: oneOf(words, deepest) }, ({ self }) => ({ out: self.out + 1 }));
  const most = f.step('most', { after: oneOf(some, none) }, ({ self }) => ({ out: self.out }));
  const kinds = f.step('kinds', { after: oneOf(kind.when('skip'), most) }, () => ({ m: 1 }));

  const whole = f.gather('whole', { after: { rows, kinds, start } }, ({ inputs }) => ({
    t: inputs.rows.total,
  }));
  const graph = requireGraphOf(f.end({ after: whole, retry: { times: 1, wait: '1.5s' } }, () => ({})));

  const scope = (name: string) => scopeOf(graph, name)?.map(frameText);
  expect(graph.steps.size).toBe(26);
  expect(scope('even')).toEqual(['foreach row', 'foreach cell', 'sign=even']);
  expect(scope('sides')).toEqual(['foreach row', 'foreach cell']);
  expect(scope('word')).toEqual(['kind=list', 'foreach word']);
  expect(scope('x')).toEqual(['kind=deep', 'deep=x']);
  expect(scope('some')).toEqual(['kind=deep|list']);
  expect(scope('most')).toEqual(['kind=deep|list|none']);
  expect(scope('kinds')).toEqual([]);
  expect(depthOf(graph, 'even')).toBe(2);
});

/** A part of a flow that begins after one step and ends with one: whatever is made of such parts is right. */
type Part =
  | { kind: 'step' }
  | { kind: 'loop' }
  | { kind: 'foreach'; inside: Part[] }
  | { kind: 'gather'; branches: Part[][] }
  | { kind: 'switch'; arms: Part[][]; united: number };

const part = fc.letrec<{ parts: Part[]; part: Part }>((tie) => ({
  parts: fc.array(tie('part'), { maxLength: 3 }),
  part: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<Part>({ kind: 'step' }, { kind: 'loop' }),
    fc.record({ kind: fc.constant('foreach' as const), inside: tie('parts') }),
    fc.record({
      kind: fc.constant('gather' as const),
      branches: fc.array(tie('parts'), { minLength: 2, maxLength: 3 }),
    }),
    fc.record({
      kind: fc.constant('switch' as const),
      arms: fc.array(tie('parts'), { minLength: 1, maxLength: 4 }),
      united: fc.nat(4),
    }),
  ),
})).part;

/** Declares parts one after another, and gives the step that they end with. */
function declare(f: UntypedFlow, parts: Part[], after: Handle, name: () => string): Handle {
  return parts.reduce((last, p) => declareOne(f, p, last, name), after);
}
function declareOne(f: UntypedFlow, p: Part, after: Handle, name: () => string): Handle {
  if (p.kind === 'step') return f.step(name(), { after }, nothing);
  if (p.kind === 'loop') return f.loop(name(), { after, while: 'go' }, nothing);
  if (p.kind === 'foreach') {
    const each = f.foreach(name(), { after, over: 'list' }, nothing);
    return f.join(name(), { after: declare(f, p.inside, each, name) }, nothing);
  }
  if (p.kind === 'gather') {
    const branches = p.branches.map((inside, i) => [`b${i}`, declare(f, inside, after, name)]);
    return f.gather(name(), { after: Object.fromEntries(branches) }, nothing);
  }
  const cases = p.arms.map((_, i) => `c${i}`);
  const pick = f.switch(name(), { after, on: 'p', cases }, nothing);
  const ends = p.arms.map((inside, i) => declare(f, inside, pick.when(`c${i}`), name));
  // Some arms are united first: the rest, still conditional, is one of the ends.
  const first = ends.slice(0, p.united);
  const united = first.length > 1 ? [f.step(name(), { after: anyOf(...first) }, nothing)] : first;
  return f.step(name(), { after: anyOf(...united, ...ends.slice(first.length)) }, nothing);
}
function build(parts: Part[], spoil?: (f: UntypedFlow, last: Handle) => void) {
  let n = 0;
  const f = untyped('random');
  const start = f.start(nothing);
  const last = declare(f, parts, start, () => `s${n++}`);
  spoil?.(f, last);
  return f.end(last);
}

test('whatever is well nested is accepted, and stands outside at its end', () => {
  fc.assert(
    fc.property(fc.array(part, { maxLength: 4 }), (parts) => {
      expect(problemsOf(() => build(parts))).toEqual([]);
      const graph = requireGraphOf(build(parts));
      expect(scopeOf(graph, 'end')).toEqual([]);
      expect([...graph.steps.keys()].filter((step) => scopeOf(graph, step) === undefined)).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test('a step beside what is well nested is refused, and alone', () => {
  fc.assert(
    fc.property(fc.array(part, { maxLength: 4 }), (parts) => {
      const spoil = (f: UntypedFlow, last: Handle) => f.step('beside', { after: last }, nothing);
      const found = problemsOf(() => build(parts, spoil));
      expect(found.map((p) => [p.code, p.message.split('"')[1]])).toEqual([['FLOW_DEAD_END', 'beside']]);
    }),
    { numRuns: 100 },
  );
});

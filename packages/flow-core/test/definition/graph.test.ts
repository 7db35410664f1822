/** What one can ask of a graph: scopes, depths, children; and how oneOf leaves the arms of switches. */
import { flow, oneOf } from '../../src/definition/flow';
import { children, depthOf, frameText, type Graph, parents, scopeOf } from '../../src/definition/graph';
import type { Step } from '../../src/definition/types';
import { anyOf, type Handle, nothing, requireGraphOf, untyped } from './untyped';

const scope = (graph: Graph, name: string) => scopeOf(graph, name)?.map(frameText);

describe('foreaches and joins', () => {
  const f = flow('nested');
  const start = f.start(() => ({ rows: [[1], [2]] }));
  const outer = f.foreach('outer', { after: start, over: 'rows' }, ({ input }) => ({ cells: input }));
  const inner = f.foreach('inner', { after: outer, over: 'cells' }, ({ input }) => ({ n: input }));
  const twice = f.step('twice', { after: inner }, ({ self }) => ({ m: self.n * 2 }));
  const row = f.join('row', { after: twice }, ({ inputs }) => ({ sum: inputs.length }));
  const all = f.join('all', { after: row }, ({ inputs }) => ({ sums: inputs.map((i) => i.sum) }));
  const graph = requireGraphOf(f.end(all));

  test('a foreach adds a frame, a join takes the innermost away', () => {
    expect([...graph.steps.keys()].map((name) => [name, scope(graph, name)])).toEqual([
      ['start', []],
      ['outer', ['foreach outer']],
      ['inner', ['foreach outer', 'foreach inner']],
      ['twice', ['foreach outer', 'foreach inner']],
      ['row', ['foreach outer']],
      ['all', []],
      ['end', []],
    ]);
  });

  test('the depth of a step is the number of foreaches around it', () => {
    expect([...graph.steps.keys()].map((name) => depthOf(graph, name))).toEqual([0, 1, 2, 2, 1, 0, 0]);
  });

  test('an unknown step has no scope and no depth', () => {
    expect(scopeOf(graph, 'nowhere')).toBeUndefined();
    expect(depthOf(graph, 'nowhere')).toBe(0);
  });
});

describe('switches', () => {
  const f = flow('arms');
  const start = f.start(() => ({ list: [1] }));
  const cases = ['a', 'b', 'c'] as const;
  const pick = f.switch('pick', { after: start, on: 'p', cases }, () => ({ p: 'a' as const }));
  const a = f.step('a', { after: pick.when('a') }, () => ({}));
  const split = f.foreach('split', { after: pick.when('b'), over: 'list' }, () => ({}));
  const b = f.join('b', { after: split }, () => ({}));
  const some = f.step('some', { after: oneOf(b, a) }, () => ({}));
  const all = f.step('all', { after: oneOf(some, pick.when('c')) }, () => ({}));
  const graph = requireGraphOf(f.end(all));

  test('a switch stands where its parent stands, its children in an arm', () => {
    expect(scope(graph, 'pick')).toEqual([]);
    expect(scope(graph, 'a')).toEqual(['pick=a']);
    expect(scope(graph, 'split')).toEqual(['pick=b', 'foreach split']);
    expect(scope(graph, 'b')).toEqual(['pick=b']);
  });

  test('an arm is no depth', () => {
    expect(depthOf(graph, 'a')).toBe(0);
    expect(depthOf(graph, 'split')).toBe(1);
  });

  test('oneOf of some arms is still conditional, oneOf of all has left the switch', () => {
    expect(scope(graph, 'some')).toEqual(['pick=a|b']);
    expect(scope(graph, 'all')).toEqual([]);
  });

  test('children are those with an edge from a step, with the edge, in the order of declaration', () => {
    expect(children(graph, 'pick').map(({ node, edge }) => [node.name, edge.when])).toEqual([
      ['a', 'a'],
      ['split', 'b'],
      ['all', 'c'],
    ]);
    expect(children(graph, 'end')).toEqual([]);
    const [child] = children(graph, 'a');
    expect(child?.node.name).toBe('some');
    expect(child?.input).toBe(child?.node.inputs[0]);
  });
});

test('the only case of a switch is no condition', () => {
  const f = flow('single');
  const start = f.start(() => ({}));
  const pick = f.switch('pick', { after: start, on: 'p', cases: ['a'] }, () => ({ p: 'a' as const }));
  const a = f.step('a', { after: pick.when('a') }, () => ({}));
  const graph = requireGraphOf(f.end(oneOf(a)));
  expect(scope(graph, 'a')).toEqual([]);
  expect(scope(graph, 'end')).toEqual([]);
});

test('children of a gathered step name the branch; a step gathered twice is there twice', () => {
  const f = flow('double');
  const start = f.start(() => ({}));
  const a = f.step('a', { after: start }, () => ({}));
  const both = f.gather('both', { after: { one: a, two: a, three: start } }, () => ({}));
  const graph = requireGraphOf(f.end(both));
  expect(children(graph, 'a').map(({ node, input }) => [node.name, input.as])).toEqual([
    ['both', 'one'],
    ['both', 'two'],
  ]);
  expect(parents(graph.steps.get('both') as never)).toEqual(['a', 'start']);
});

describe('oneOf over nested switches', () => {
  /** The scope after oneOf of the ends that `choose` picks from two switches, one inside the other's arm `a`. */
  function behind(choose: (ends: Record<'x' | 'y' | 'z' | 'b' | 'c', Handle>) => Handle[]) {
    const f = untyped('deep');
    const start = f.start(nothing);
    const outer = f.switch('outer', { after: start, on: 'o', cases: ['a', 'b', 'c'] }, nothing);
    const inner = f.switch('inner', { after: outer.when('a'), on: 'i', cases: ['x', 'y', 'z'] }, nothing);
    const [x, y] = ['x', 'y'].map((k) => f.step(k, { after: inner.when(k) }, nothing)) as [Handle, Handle];
    const ends = { x, y, z: inner.when('z'), b: outer.when('b'), c: outer.when('c') };
    const all = f.step('all', { after: anyOf(...Object.values(ends)) }, nothing);
    const graph = requireGraphOf(f.end(all));
    const probe = { name: 'probe', kind: 'step', options: {}, where: () => undefined } as const;
    const input = { from: choose(ends).flatMap((end) => edgesOf(end)) };
    const probed = { ...graph, steps: new Map([...graph.steps, ['probe', { ...probe, inputs: [input] }]]) };
    return scope(probed as Graph, 'probe');
  }
  const edgesOf = (end: Handle) =>
    (end as never as Record<symbol, { from: string; when?: string }[]>)[Symbol.for('@nx-flow/core:edges')] ??
    [];

  test('all ends at once leave both switches, in any order', () => {
    expect(behind((e) => [e.x, e.y, e.z, e.b, e.c])).toEqual([]);
    expect(behind((e) => [e.c, e.z, e.b, e.y, e.x])).toEqual([]);
  });

  test('all ends of the inner switch stand in the arm around it', () => {
    expect(behind((e) => [e.x, e.y, e.z])).toEqual(['outer=a']);
  });

  test('all ends of the inner one and some of the outer one stand in those arms', () => {
    expect(behind((e) => [e.b, e.x, e.y, e.z])).toEqual(['outer=a|b']);
  });

  test('some ends of the inner switch stand in its arms', () => {
    expect(behind((e) => [e.z, e.x])).toEqual(['outer=a', 'inner=x|z']);
  });

  test('an inner switch half left cannot be one with an arm of the outer', () => {
    expect(behind((e) => [e.x, e.b])).toBeUndefined();
    expect(behind((e) => [e.x, e.y, e.b])).toBeUndefined();
  });

  test('the same end twice is no alternative', () => {
    expect(behind((e) => [e.x, e.x])).toBeUndefined();
    expect(behind((e) => [e.b, e.c, e.b])).toBeUndefined();
  });
});

test('below a step whose scope is wrong, no step has one', () => {
  const f = untyped('wrong');
  const start = f.start(nothing);
  const idle = f.join('idle', { after: start }, nothing);
  const below = f.step('below', { after: idle }, nothing) as never as Step;
  const node = (name: string, kind: string, from?: string) =>
    [name, { name, kind, inputs: from ? [{ from: [{ from }] }] : [], options: {} }] as const;
  const steps = new Map([
    node('start', 'start'),
    node('idle', 'join', 'start'),
    node('below', 'step', 'idle'),
  ]);
  const graph = { flow: 'wrong', params: {}, steps, where: () => undefined } as never as Graph;
  expect(below.name).toBe('below');
  expect(scopeOf(graph, 'start')).toEqual([]);
  expect(scopeOf(graph, 'idle')).toBeUndefined();
  expect(scopeOf(graph, 'below')).toBeUndefined();
});

/** The graph that each verb of the flow API declares. */
import { z } from 'zod';
import { FLOW, flow, graphOf, oneOf, requireGraph, stepName } from '../../src/definition/flow';
import { parents, type StepNode } from '../../src/definition/graph';
import { placesIn, problemsOf, requireGraphOf } from './untyped';

const at = placesIn(__filename);
const node = (defined: unknown, name: string) => requireGraphOf(defined).steps.get(name) as StepNode;
const plain = ({ where: _, body: __, ...data }: StepNode) => data;

test('a flow has its name, its parameters and its steps in the order of declaration', () => {
  const seed = z.coerce.number().default(1);
  const f = flow('named', { params: { seed } });
  const start = f.start(() => {});
  const a = f.step('a', { after: start }, () => {});
  const b = f.step('b', { after: start }, () => {});
  const both = f.gather('both', { after: { a, b } }, () => {});
  const defined = f.end(both);
  const graph = requireGraphOf(defined);
  expect(defined.name).toBe('named');
  expect(graph.flow).toBe('named');
  expect(graph.params).toEqual({ seed });
  expect([...graph.steps.keys()]).toEqual(['start', 'a', 'b', 'both', 'end']);
});

test('start has no inputs, and takes options or none', () => {
  const bare = flow('bare');
  const body = () => ({ n: 1 });
  expect(plain(node(bare.end(bare.start(body)), 'start'))).toEqual({
    name: 'start',
    kind: 'start',
    inputs: [],
    options: {},
  });
  const f = flow('optioned');
  const start = node(f.end(f.start({ retry: 2, timeout: '5m' }, body)), 'start');
  expect(start.options).toEqual({ retry: 2, timeout: '5m' });
  expect(start.body).toBe(body);
});

test('a step comes after its parent, and `after` is no option of it', () => {
  const f = flow('steps');
  const start = f.start(() => ({ n: 1 }));
  const body = () => ({ m: 2 });
  const options = { retry: { times: 2, wait: '1s' }, env: { A: 'b' }, catch: 'failed', drop: ['n'] } as const;
  const a = f.step('a', { after: start, ...options }, body);
  const made = node(f.end(a), 'a');
  expect(plain(made)).toEqual({ name: 'a', kind: 'step', inputs: [{ from: [{ from: 'start' }] }], options });
  expect(made.body).toBe(body);
});

test('a foreach has the artifact that it splits, a join the foreach as its input', () => {
  const f = flow('split');
  const start = f.start(() => ({ list: [1, 2] }));
  const each = f.foreach('each', { after: start, over: 'list' }, ({ input }) => ({ twice: input * 2 }));
  const all = f.join('all', { after: each }, ({ inputs }) => ({ sum: inputs.length }));
  const defined = f.end(all);
  expect(plain(node(defined, 'each'))).toEqual({
    name: 'each',
    kind: 'foreach',
    inputs: [{ from: [{ from: 'start' }] }],
    over: 'list',
    options: {},
  });
  expect(plain(node(defined, 'all'))).toEqual({
    name: 'all',
    kind: 'join',
    inputs: [{ from: [{ from: 'each' }] }],
    options: {},
  });
});

test('a gather has an input for each branch, by the name that it is given there', () => {
  const f = flow('branches');
  const start = f.start(() => ({}));
  const a = f.step('a', { after: start }, () => ({}));
  const b = f.step('b', { after: start }, () => ({}));
  const both = f.gather('both', { after: { left: a, right: b } }, () => ({}));
  expect(plain(node(f.end(both), 'both'))).toEqual({
    name: 'both',
    kind: 'gather',
    inputs: [
      { as: 'left', from: [{ from: 'a' }] },
      { as: 'right', from: [{ from: 'b' }] },
    ],
    options: {},
  });
});

test('a switch has its artifact and cases; its children name the case that they come after', () => {
  const f = flow('chooses');
  const start = f.start(() => ({}));
  const size = f.switch('size', { after: start, on: 'is', cases: ['small', 'big'] }, () => ({ is: 'big' }));
  const quick = f.step('quick', { after: size.when('small') }, () => ({}));
  const slow = f.step('slow', { after: size.when('big') }, () => ({}));
  const defined = f.end(oneOf(quick, slow));
  expect(plain(node(defined, 'size'))).toEqual({
    name: 'size',
    kind: 'switch',
    inputs: [{ from: [{ from: 'start' }] }],
    on: 'is',
    cases: ['small', 'big'],
    options: {},
  });
  expect(node(defined, 'quick').inputs).toEqual([{ from: [{ from: 'size', when: 'small' }] }]);
  expect(node(defined, 'end').inputs).toEqual([{ from: [{ from: 'quick' }, { from: 'slow' }] }]);
});

test('an arm of a switch may be empty: oneOf takes the case itself beside a step of another', () => {
  const f = flow('maybe');
  const start = f.start(() => ({ n: 1 }));
  const more = f.switch('more', { after: start, on: 'go', cases: ['yes', 'no'] }, () => ({ go: 'no' }));
  const extra = f.step('extra', { after: more.when('yes') }, ({ self }) => ({ n: self.n + 1 }));
  const out = f.step('out', { after: oneOf(more.when('no'), extra) }, ({ self }) => ({ m: self.n }));
  const made = node(f.end(out), 'out');
  expect(made.inputs).toEqual([{ from: [{ from: 'more', when: 'no' }, { from: 'extra' }] }]);
  expect(parents(made)).toEqual(['more', 'extra']);
});

test('oneOf of oneOf is one list of edges', () => {
  const f = flow('flat');
  const start = f.start(() => ({}));
  const pick = f.switch('pick', { after: start, on: 'p', cases: ['a', 'b', 'c'] }, () => ({ p: 'a' }));
  const [a, b, c] = (['a', 'b', 'c'] as const).map((k) => f.step(k, { after: pick.when(k) }, () => ({})));
  const some = oneOf(a as typeof start, b as typeof start);
  const defined = f.end(oneOf(some, c as typeof start));
  expect(some.name).toBe('oneOf(a, b)');
  expect(node(defined, 'end').inputs).toEqual([{ from: [{ from: 'a' }, { from: 'b' }, { from: 'c' }] }]);
});

test('a loop has the artifact that says whether to go on, and its most iterations', () => {
  const f = flow('repeats');
  const start = f.start(() => ({ loss: 8 }));
  const tune = f.loop('tune', { after: start, while: 'going', max: 50 }, ({ self }) => ({
    loss: self.loss / 2,
    going: self.loss > 1,
  }));
  expect(plain(node(f.end(tune), 'tune'))).toEqual({
    name: 'tune',
    kind: 'loop',
    inputs: [{ from: [{ from: 'start' }] }],
    while: 'going',
    max: 50,
    options: {},
  });
});

test('end is a step, with a body and options or with neither', () => {
  const f = flow('plain');
  const bare = node(f.end(f.start(() => ({}))), 'end');
  expect(plain(bare)).toEqual({
    name: 'end',
    kind: 'end',
    inputs: [{ from: [{ from: 'start' }] }],
    options: {},
  });
  expect(bare.body).toBeUndefined();
  const g = flow('closing');
  const body = () => ({ done: true });
  const end = node(g.end({ after: g.start(() => ({})), retry: 1 }, body), 'end');
  expect(plain(end)).toMatchObject({ inputs: [{ from: [{ from: 'start' }] }], options: { retry: 1 } });
  expect(end.body).toBe(body);
});

test('a step knows where it is declared, and so does the flow', () => {
  const f = flow('places');
  const begin = f.start(() => ({ list: [1] }));
  const split = f.foreach('split', { after: begin, over: 'list' }, () => ({}));
  const whole = f.join('whole', { after: split }, () => ({}));
  const defined = f.end(whole);
  expect(node(defined, 'split').where()).toBe(at(/f\.foreach\('split'/));
  expect(node(defined, 'whole').where()).toBe(at(/f\.join\('whole'/));
  expect(node(defined, 'end').where()).toBe(at(/f\.end\(whole/));
  expect(requireGraphOf(defined).where()).toMatch(/flow\.test\.ts:\d+:\d+$/);
});

test('a step that is declared after end is refused where it stands', () => {
  const f = flow('closed');
  const start = f.start(() => ({}));
  f.end(start);
  expect(problemsOf(() => f.step('late', { after: start }, () => ({})))).toEqual([
    {
      code: 'FLOW_AFTER_END',
      message: 'Step "late" is declared after f.end(), so it is no part of the flow: declare it before.',
      where: at(/f\.step\('late'/),
    },
  ]);
});

test('what end returns is recognised by its brand, and by nothing else', () => {
  const f = flow('branded');
  const start = f.start(() => ({}));
  const defined = f.end(start);
  expect(graphOf(defined)?.flow).toBe('branded');
  expect(FLOW).toBe(Symbol.for('@nx-flow/core:flow'));
  for (const other of [undefined, null, 0, 'branded', {}, [], () => {}, f, start, { name: 'branded' }]) {
    expect(graphOf(other)).toBeUndefined();
  }
  expect(requireGraph(defined)).toBe(graphOf(defined));
  expect(() => requireGraph(start)).toThrow(
    expect.objectContaining({
      code: 'FLOW_NOT_A_FLOW',
      message: 'This is not a flow: pass what `f.end(…)` returned.',
    }),
  );
});

test('a step is named by its handle or by its name', () => {
  const f = flow('handles');
  expect(stepName(f.start(() => ({})))).toBe('start');
  expect(stepName('train')).toBe('train');
});

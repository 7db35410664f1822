/** Random flows: a step put into them anywhere leaves a flow that checks, with the very edges that it should have. */
import fc from 'fast-check';
import { EMPTY, Generators, type SourceGraph } from '../kit/generators';

let generators: Generators;
beforeAll(() => {
  generators = new Generators();
});
afterAll(() => generators.close());

/** What stands between two steps: one step, or a part with an inside. */
type Part = 'step' | 'loop' | { foreach: Part[] } | { branches: Part[][] } | { arms: Part[][] };

const parts = fc.letrec<{ part: Part; block: Part[] }>((tie) => ({
  block: fc.array(tie('part'), { minLength: 0, maxLength: 3, depthIdentifier: 'flow' }),
  part: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'flow', withCrossShrink: true },
    fc.constantFrom<Part>('step', 'loop'),
    fc.record({ foreach: tie('block') }),
    fc.record({ branches: fc.array(tie('block'), { minLength: 2, maxLength: 3 }) }),
    fc.record({ arms: fc.array(tie('block'), { minLength: 2, maxLength: 3 }) }),
  ),
})).block;

/** The text of such a flow, and the places behind which a step can be put. */
function written(block: readonly Part[]): { text: string; places: string[] } {
  const lines: string[] = [];
  const places: string[] = [];
  const declare = (kind: string, after: string, more = '') => {
    const name = `s${lines.length}`;
    lines.push(`const ${name} = f.${kind}('${name}', { after: ${after}${more} }, () => ({}));`);
    if (kind !== 'switch') places.push(name);
    return name;
  };
  const one = (part: Part, after: string): string => {
    if (part === 'step') return declare('step', after);
    if (part === 'loop') return declare('loop', after, `, while: 'more'`);
    if ('foreach' in part)
      return declare('join', all(part.foreach, declare('foreach', after, `, over: 'list'`)));
    if ('branches' in part) {
      // A branch is a step at least: it is what the gather calls it by.
      const ends = part.branches.map((inside) => all(inside, declare('step', after)));
      return declare('gather', `{ ${ends.map((end, i) => (i % 2 ? `b${i}: ${end}` : end)).join(', ')} }`);
    }
    const cases = part.arms.map((_, i) => `c${i}`);
    const decision = declare('switch', after, `, on: 'k', cases: [${cases.map((c) => `'${c}'`).join(', ')}]`);
    places.push(...cases.map((c) => `${decision}.${c}`));
    return declare(
      'step',
      `oneOf(${part.arms.map((arm, i) => all(arm, `${decision}.when('c${i}')`)).join(', ')})`,
    );
  };
  const all = (inside: readonly Part[], after: string) =>
    inside.reduce((before, part) => one(part, before), after);
  lines.push(`const start = f.start(() => ({ list: [1] }));`);
  places.push('start');
  const last = all(block, 'start');
  const head = `import { flow, oneOf } from '@nx-flow/core';\nconst f = flow('a');\n`;
  return { text: `${head}${lines.join('\n')}\nexport default f.end(${last});\n`, places };
}

const FILE = 'a/a.flow.ts';
const insert = async (text: string, options: object) => {
  const files = { ...EMPTY, [FILE]: text };
  const { written: changed, error } = await generators.run('step', files, {
    flow: 'a',
    name: 'x',
    ...options,
  });
  return { error, graph: changed[FILE] === undefined ? undefined : await generators.graph(changed[FILE]) };
};
const sorted = (edges: SourceGraph['edges']) => edges.map((edge) => JSON.stringify(edge)).sort();
const RUNS = Number(process.env.FUZZ_RUNS ?? 100);

test.each([
  ['step', {}],
  ['foreach', { kind: 'foreach', over: 'list' }],
])('after any step, and any case of a switch: a %s', async (_, options) => {
  const property = fc.asyncProperty(parts, fc.nat(), async (block, choice) => {
    const { text, places } = written(block);
    const before = await generators.graph(text);
    expect(before).toMatchObject({ problems: [], late: 0 });
    const after = places[choice % places.length] as string;
    const { error, graph } = await insert(text, { after, ...options });
    expect(error).toBeUndefined();
    expect(graph).toMatchObject({ problems: [], late: 0 });
    const [step, when] = after.split('.') as [string, string?];
    const foreach = 'kind' in options;
    const last = foreach ? 'xJoin' : 'x';
    const expected = before.edges.map(([from, by, to, as]): SourceGraph['edges'][number] =>
      // What travels as JSON has null for what is not there.
      from === step && (by ?? undefined) === when ? [last, null as never, to, as] : [from, by, to, as],
    );
    expected.push([step, (when ?? null) as never, 'x', null as never]);
    if (foreach) expected.push(['x', null as never, 'xJoin', null as never]);
    expect(sorted(graph?.edges ?? [])).toEqual(sorted(expected));
  });
  await fc.assert(property, { numRuns: RUNS });
});

test('after any two: done, or refused for what the rules say; never a flow that does not check', async () => {
  const refused = new Map<string, number>();
  let done = 0;
  const property = fc.asyncProperty(parts, fc.nat(), fc.nat(), async (block, one, two) => {
    const { text, places } = written(block);
    const after = `${places[one % places.length]},${places[two % places.length]}`;
    const { error, graph } = await insert(text, { after });
    if (error) refused.set(error.code, (refused.get(error.code) ?? 0) + 1);
    else {
      done++;
      expect(graph).toMatchObject({ problems: [], late: 0 });
    }
  });
  await fc.assert(property, { numRuns: RUNS });
  expect(
    [...refused.keys()].filter(
      (code) => !/^FLOW_(STEP_ORDER|GATHER_SCOPE|ONEOF|JOIN_SCOPE|END_SCOPE)$/.test(code),
    ),
  ).toEqual([]);
  expect(done).toBeGreaterThan(RUNS / 5);
});

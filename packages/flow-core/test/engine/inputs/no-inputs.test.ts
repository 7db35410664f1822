/** What a spin without inputs is told, inside of foreaches and behind switches. */
import { z } from 'zod';
import { flow, oneOf } from '../../../src';
import { MemoryEngine } from '../../kit/memory';

/** Each row chooses its arm by itself. */
function arms(chosen: readonly string[], { fails = false, params = {} } = {}) {
  const f = flow('arms', { params });
  const start = f.start(() => ({ rows: [...chosen] }));
  const row = f.foreach('row', { after: start, over: 'rows' }, ({ input }) => ({ row: input }));
  const pick = f.switch('pick', { after: row, on: 'kind', cases: ['a', 'b', 'c'] }, ({ self }) => ({
    kind: self.row as 'a' | 'b' | 'c',
  }));
  const a = f.step('a', { after: pick.when('a') }, () => ({ x: 1 }));
  const b = f.step('b', { after: pick.when('b') }, () => {
    if (fails) throw new Error('no');
    return { x: 2 };
  });
  const b2 = f.step('b2', { after: b }, () => ({ x: 3 }));
  const c = f.step('c', { after: pick.when('c') }, () => ({ x: 4 }));
  return f.end(f.join('all', { after: oneOf(a, b2, c) }, ({ inputs }) => ({ xs: inputs.map(({ x }) => x) })));
}

const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'none',
    ({ code, message }: { code: string; message: string }) => `${code} ${message}`,
  );

describe('an arm inside of a foreach', () => {
  test('that another split took: without an index, that split is spun', async () => {
    const e = new MemoryEngine();
    const defined = arms(['a', 'a', 'b', 'b']);
    await e.run(defined);
    for (const step of ['b', 'b2']) {
      for (const from of [{}, { run: 1 }])
        expect(await e.spin(defined, step, from)).toMatchObject({ status: 'done', index: [2] });
      expect(await e.spin(defined, step, { index: [3] })).toMatchObject({ index: [3] });
    }
  });

  test('a newer run whose first split went elsewhere is not passed over for an older one', async () => {
    const e = new MemoryEngine();
    await e.run(arms(['b', 'a']));
    await e.run(arms(['a', 'b']));
    expect(await e.spin(arms(['a', 'b']), 'b')).toMatchObject({ run: 2, index: [1] });
  });

  test('the first split failed before the step: an older run that has it comes first, then another split', async () => {
    const fails = (broken: boolean) => {
      const f = flow('partly');
      const start = f.start(() => ({ rows: [0, 1] }));
      const row = f.foreach('row', { after: start, over: 'rows' }, ({ input }) => {
        if (broken && input === 0) throw new Error('no');
        return { row: input };
      });
      const next = f.step('next', { after: row }, ({ self }) => ({ next: self.row }));
      return f.end(f.join('all', { after: next }, () => ({})));
    };
    const e = new MemoryEngine();
    await e.run(fails(true));
    expect(await e.spin(fails(false), 'next')).toMatchObject({ run: 1, index: [1] });
    await e.run(fails(false));
    await e.run(fails(true));
    expect(await e.spin(fails(false), 'next')).toMatchObject({ run: 2, index: [0] });
    expect(await refusal(e.spin(fails(false), 'next', { run: 3, index: [0] }))).toContain('--index=1');
  });

  test('in nested foreaches: the first below what was asked for', async () => {
    const f = flow('nested');
    const start = f.start(() => ({ rows: [['a', 'a'], ['a', 'b'], [], ['b', 'b', 'b']] }));
    const outer = f.foreach('outer', { after: start, over: 'rows' }, ({ input }) => ({ cells: input }));
    const inner = f.foreach('inner', { after: outer, over: 'cells' }, ({ input }) => ({
      kind: input as 'a' | 'b',
    }));
    const pick = f.switch('pick', { after: inner, on: 'kind', cases: ['a', 'b'] }, ({ self }) => ({
      kind: self.kind,
    }));
    const a = f.step('a', { after: pick.when('a') }, () => ({ x: 1 }));
    const b = f.step('b', { after: pick.when('b') }, () => ({ x: 2 }));
    const cells = f.join('cells', { after: oneOf(a, b) }, () => ({}));
    const defined = f.end(f.join('all', { after: cells }, () => ({})));
    const e = new MemoryEngine();
    await e.run(defined);
    expect(await e.spin(defined, 'b')).toMatchObject({ index: [1, 1] });
    expect(await e.spin(defined, 'a')).toMatchObject({ index: [0, 0] });
    expect(await e.spin(defined, 'b', { index: [3] })).toMatchObject({ index: [3, 0] });
    expect(await refusal(e.spin(defined, 'b', { index: [0] }))).toMatch(
      /^FLOW_NO_INPUTS .*Split 1,1 of run 1 has inputs: --index=1,1\.$/,
    );
    expect(await refusal(e.spin(defined, 'b', { index: [0, 1] }))).toMatch(
      /^FLOW_NO_INPUTS .*--index=1,1\.$/,
    );
  });

  test('that the split of a given index did not take: the arm is told of that split alone, and the other split', async () => {
    const e = new MemoryEngine();
    const defined = arms(['a', 'b']);
    await e.run(defined);
    expect(await refusal(e.spin(defined, 'b', { index: [0] }))).toBe(
      'FLOW_NO_INPUTS No run took the case "b" of the switch "pick" at index 0: run 1 took "a". ' +
        'Spin it on what "pick" left, with what you set: nx-flow spin arms b --index=0 --set.kind=b (or --artifacts=<file.ts>). ' +
        'Or make a run that leads there, with other data or another decision of "pick". ' +
        'Split 1 of run 1 has inputs: --index=1.',
    );
  });

  test('that a split took and failed in is not said to be taken by none', async () => {
    const e = new MemoryEngine();
    const defined = arms(['a', 'b'], { fails: true });
    await e.run(defined);
    expect(await refusal(e.spin(defined, 'b2'))).toMatch(
      /^FLOW_NO_INPUTS No run took the case "b" of the switch "pick" at index 0: run 1 took "a"\./,
    );
  });

  test('that no split took: the switch and its decision are told', async () => {
    const e = new MemoryEngine();
    const defined = arms(['a', 'b']);
    await e.run(defined);
    expect(await refusal(e.spin(defined, 'c'))).toMatch(
      /^FLOW_NO_INPUTS No run took the case "c" of the switch "pick" at index 0: run 1 took "a"\. (?!.*Split)/,
    );
  });
});

test.each([
  [{ n: z.string().default('') }, 'Or make a run that leads there: nx-flow run arms --params.n=….'],
  [
    { n: z.string().default(''), m: z.string().default('') },
    'Or make a run with a parameter that leads there: nx-flow run arms --params.<name>=….',
  ],
])(
  'a parameter is named as what leads to an arm only where there is no other: %#',
  async (params, remedy) => {
    const e = new MemoryEngine();
    const defined = arms(['a'], { params });
    await e.run(defined);
    expect(await refusal(e.spin(defined, 'b'))).toContain(remedy);
  },
);

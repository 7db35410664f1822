import { flow, merge, oneOf } from '../../../src';
import { requireGraph } from '../../../src/definition/flow';
import { requireStep } from '../../../src/engine/inputs/selection';
import { record } from '../../../src/store/rows/records';
import { labelOf, MemoryEngine, rowOf, rowsOf, uncounted } from '../../kit/memory';

/** A flow whose step `mine` can fail, and whose later steps can be changed. */
function chain({
  fail = '',
  extra = false,
  rewired = false,
}: {
  fail?: string;
  extra?: boolean;
  rewired?: boolean;
} = {}) {
  const f = flow('chain');
  const may = (name: string) => {
    if (name === fail) throw new Error(`${name} failed`);
  };
  const start = f.start(() => {
    may('start');
    return { a: 1 };
  });
  const first = f.step('first', { after: start }, ({ self }) => {
    may('first');
    return { b: self.a + 1 };
  });
  const second = rewired ? f.step('second', { after: first }, () => ({ b: 7 })) : first;
  const mine = f.step('mine', { after: second }, ({ self }) => {
    may('mine');
    return { c: self.b + self.a };
  });
  const added = extra ? f.step('added', { after: mine }, ({ self }) => ({ d: self.c * 2 })) : mine;
  return f.end(added);
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'none',
    (error) => error.code,
  );
const messageOf = (work: Promise<unknown>) =>
  work.then(
    () => 'none',
    (error: Error) => error.message,
  );

describe('without a pathspec', () => {
  test('the newest run with complete inputs is taken, a failed one too', async () => {
    const e = new MemoryEngine();
    await e.run(chain());
    await e.run(chain({ fail: 'mine' }));
    const found = await e.resolve(chain(), 'mine');
    expect(found).toMatchObject({
      run: { run: 2 },
      origin: { step: 'mine', status: 'failed' },
      passedOver: [],
    });
    expect(found.parents).toEqual(found.origin?.parents);
  });

  test('newer runs without them are passed over, with the reason', async () => {
    const e = new MemoryEngine();
    await e.run(chain());
    await e.run(chain({ fail: 'first' }));
    await e.run(chain({ fail: 'start' }));
    const found = await e.resolve(chain(), 'mine');
    expect(found.run?.run).toBe(1);
    expect(found.passedOver).toEqual(['3 (first did not run there)', '2 (first failed)']);
  });

  test('runs of other namespaces do not count', async () => {
    const e = new MemoryEngine();
    await e.run(chain());
    await e.run(chain(), { namespace: 'team' });
    expect((await e.resolve(chain(), 'mine')).run?.run).toBe(1);
    expect((await e.resolve(chain(), 'mine', { namespace: 'team' })).run?.run).toBe(2);
    expect(await messageOf(e.resolve(chain(), 'mine', { namespace: 'nobody' }))).toBe(
      '"mine" needs inputs, and chain has no run in the namespace nobody yet: run it first, with `nx-flow run chain`. There are runs in team, user:tester: --namespace=everybody (in code, namespace: null) finds those too.',
    );
  });

  test('`start` needs no run; with one, it takes its task', async () => {
    const e = new MemoryEngine();
    expect(await e.resolve(chain(), 'start')).toMatchObject({
      run: undefined,
      origin: undefined,
      parents: [],
      stack: [],
    });
    await e.run(chain());
    expect(await e.resolve(chain(), 'start')).toMatchObject({
      run: { run: 1 },
      origin: { step: 'start', task: 1 },
    });
  });

  test('when no run has the inputs, the reasons are told, and what to run', async () => {
    const e = new MemoryEngine();
    await e.run(chain({ fail: 'start' }));
    expect(await messageOf(e.resolve(chain(), 'mine'))).toBe(
      'No run of chain has inputs for "mine": 1 (first did not run there). Run it again, with `nx-flow run chain`.',
    );
  });
});

describe('with a pathspec', () => {
  test('a task gives its own inputs, whatever ran later', async () => {
    const e = new MemoryEngine();
    const ran = await e.run(chain());
    await e.run(chain());
    const { task } = rowOf(ran, 'mine');
    expect(await e.resolve(chain(), 'mine', { run: 1, task })).toMatchObject({
      run: { run: 1 },
      origin: { task },
      parents: ['first/2'],
    });
  });

  test('a run gives its task of the step', async () => {
    const e = new MemoryEngine();
    await e.run(chain());
    await e.run(chain());
    expect((await e.resolve(chain(), 'mine', { run: 1 })).run?.run).toBe(1);
  });

  test('a run or a task that is not there is named, with those that are', async () => {
    const e = new MemoryEngine();
    expect(await messageOf(e.resolve(chain(), 'mine', { run: 4 }))).toBe(
      'There is no run chain/4. It has no runs yet.',
    );
    await e.run(chain());
    await e.run(chain({ fail: 'first' }));
    expect(await messageOf(e.resolve(chain(), 'mine', { run: 4 }))).toBe(
      'There is no run chain/4. Its newest runs: 2, 1.',
    );
    expect(await messageOf(e.resolve(chain(), 'mine', { run: 1, task: 9 }))).toBe(
      'There is no task chain/1/mine/9. Its tasks: 1/mine/3.',
    );
    expect(await messageOf(e.resolve(chain(), 'mine', { run: 2, task: 3 }))).toBe(
      'There is no task chain/2/mine/3. That run has no task of "mine".',
    );
    expect(await messageOf(e.resolve(chain(), 'mine', { run: 2 }))).toBe(
      'Run chain/2 has no inputs for "mine": first failed.',
    );
    expect(await codeOf(e.resolve(chain(), 'mine', { run: 2 }))).toBe('FLOW_NO_INPUTS');
  });

  test('a step or a flow that is not this one is named', () => {
    const graph = requireGraph(chain());
    expect(() => requireStep(graph, { step: 'mien' })).toThrow(
      'There is no step "mien" in chain. Did you mean "mine"?',
    );
    expect(() => requireStep(graph, {})).toThrow('Which step? chain has: start, first, mine, end.');
    expect(() => requireStep(graph, { flow: 'other', step: 'mine' })).toThrow(
      '"other/mine" is a pathspec of the flow "other", but this is "chain".',
    );
  });
});

describe("under today's graph", () => {
  test('a step that was added since takes the parents that finished', async () => {
    const e = new MemoryEngine();
    await e.run(chain());
    expect(await e.resolve(chain({ extra: true }), 'added')).toMatchObject({
      run: { run: 1 },
      origin: undefined,
      parents: ['mine/3'],
    });
    expect((await e.spin(chain({ extra: true }), 'added')).artifacts).toMatchObject([
      { name: 'd', change: 'new', value: 6 },
    ]);
  });

  test('for an added step, a run whose parent failed is passed over', async () => {
    const e = new MemoryEngine();
    await e.run(chain());
    await e.run(chain({ fail: 'mine' }));
    expect(await e.resolve(chain({ extra: true }), 'added')).toMatchObject({
      run: { run: 1 },
      passedOver: ['2 (mine failed)'],
    });
  });

  test('a step with another parent than it had takes its new one, once a run has it', async () => {
    const e = new MemoryEngine();
    await e.run(chain());
    expect(await messageOf(e.resolve(chain({ rewired: true }), 'mine'))).toContain(
      '1 (second did not run there)',
    );
    // As it was recorded, if the very task is asked for.
    expect((await e.resolve(chain({ rewired: true }), 'mine', { run: 1, task: 3 })).parents).toEqual([
      'first/2',
    ]);
    await e.run(chain({ rewired: true, fail: 'mine' }));
    expect((await e.resolve(chain({ rewired: true }), 'mine')).parents).toEqual(['second/3']);
    // And the other way round: the step between is gone.
    expect(await e.resolve(chain(), 'mine')).toMatchObject({
      run: { run: 2 },
      origin: undefined,
      parents: ['first/2'],
    });
  });

  test('an added gather takes its branches by name', async () => {
    const declare = (added: boolean) => {
      const f = flow('addgather');
      const start = f.start(() => ({ s: 1 }));
      const a = f.step('a', { after: start }, () => ({ a: 1 }));
      const b = f.step('b', { after: start }, () => ({ b: 2 }));
      const c = f.step('c', { after: start }, () => ({ c: 3 }));
      const old = f.gather('old', { after: { a, b } }, ({ inputs }) => ({ ...merge(inputs) }));
      return f.end(
        added
          ? f.gather('all', { after: { third: c, rest: old } }, ({ inputs }) => ({
              sum: inputs.third.c + inputs.rest.b,
            }))
          : f.gather('all', { after: { old, c } }, () => ({ sum: 0 })),
      );
    };
    const e = new MemoryEngine();
    const ran = await e.run(declare(false));
    const found = await e.resolve(declare(true), 'all');
    expect(found).toMatchObject({ origin: undefined, branches: ['third', 'rest'] });
    expect(found.parents).toEqual([labelOf(rowOf(ran, 'c')), labelOf(rowOf(ran, 'old'))]);
    expect((await e.spin(declare(true), 'all')).artifacts).toMatchObject([{ name: 'sum', value: 5 }]);
  });

  test('an added join takes every split, in split order; one that lacks a split is told so', async () => {
    const declare = (step: string, fail = -1) => {
      const f = flow('addjoin');
      const start = f.start(() => ({ ns: [5, 6, 7] }));
      const n = f.foreach('n', { after: start, over: 'ns' }, ({ input, index }) => {
        if (index === fail) throw new Error('no');
        return { n: input };
      });
      return f.end(f.join(step, { after: n }, ({ inputs }) => ({ all: inputs.map((i) => i.n) })));
    };
    const e = new MemoryEngine();
    await e.run(declare('old'));
    expect((await e.spin(declare('fresh'), 'fresh')).artifacts).toMatchObject([
      { name: 'all', value: [5, 6, 7] },
    ]);
    await e.run(declare('old', 1));
    expect(await e.resolve(declare('fresh'), 'fresh')).toMatchObject({
      run: { run: 1 },
      passedOver: ['2 (1 of 3 splits of n failed)'],
    });
  });

  test('splits that are under way are told as not finished, beside those that failed', async () => {
    const declare = (step: string) => {
      const f = flow('goeson');
      const start = f.start(() => ({ ns: [5, 6, 7, 8] }));
      const n = f.foreach('n', { after: start, over: 'ns' }, ({ input }) => ({ n: input }));
      return f.end(f.join(step, { after: n }, ({ inputs }) => ({ all: inputs.map((i) => i.n) })));
    };
    const e = new MemoryEngine();
    const ran = await e.run(declare('old'));
    const rows = rowsOf(ran, 'n');
    const become = (split: number, status: 'running' | 'failed') =>
      e.store.kv.batch([
        record.task(ran.flow, ran.run, { ...(rows[split] as (typeof rows)[number]), status }),
      ]);
    const why = () => messageOf(e.resolve(declare('fresh'), 'fresh'));
    await uncounted(e.store, ran);
    await become(0, 'running');
    await become(1, 'running');
    expect(await why()).toContain('1 (2 of 4 splits of n have not finished)');
    await become(2, 'failed');
    expect(await why()).toContain('1 (1 of 4 splits of n failed, 2 of 4 splits of n have not finished)');
    await become(0, 'failed');
    await become(1, 'failed');
    expect(await why()).toContain('1 (3 of 4 splits of n failed)');
  });

  test('an added foreach splits the list that its parent left', async () => {
    const declare = (added: boolean) => {
      const f = flow('addforeach');
      const start = f.start(() => ({ ns: ['x', 'y', 'z'] }));
      const last = added
        ? f.join(
            'j',
            {
              after: f.foreach('each', { after: start, over: 'ns' }, ({ input, index }) => ({
                said: `${index}${input}`,
              })),
            },
            () => ({}),
          )
        : f.step('last', { after: start }, () => ({}));
      return f.end(last as never);
    };
    const e = new MemoryEngine();
    await e.run(declare(false));
    expect((await e.spin(declare(true), 'each', { index: [2] })).artifacts).toMatchObject([{ value: '2z' }]);
    expect(await messageOf(e.resolve(declare(true), 'each', { index: [3] }))).toBe(
      'No run of addforeach has inputs for "each": 1 ("ns" there has 3 items: an index is 0 to 2, not 3).',
    );
    expect(await messageOf(e.resolve(declare(true), 'j'))).toContain('1 (each did not run there)');
  });

  test('a step that became another kind is resolved anew', async () => {
    const declare = (kind: 'step' | 'foreach') => {
      const f = flow('kinds');
      const start = f.start(() => ({ ns: [1, 2] }));
      if (kind === 'step') return f.end(f.step('mine', { after: start }, () => ({})));
      return f.end(
        f.join(
          'j',
          { after: f.foreach('mine', { after: start, over: 'ns' }, ({ input }) => ({ i: input })) },
          () => ({}),
        ),
      );
    };
    const e = new MemoryEngine();
    await e.run(declare('step'));
    expect((await e.spin(declare('foreach'), 'mine', { index: [1] })).artifacts).toMatchObject([
      { value: 2 },
    ]);
  });

  test('the arm of a switch that was not taken is passed over, and says what was chosen', async () => {
    const declare = (kind: 'small' | 'big') => {
      const f = flow('arms');
      const start = f.start(() => ({ n: 1 }));
      const pick = f.switch('pick', { after: start, on: 'kind', cases: ['small', 'big'] }, () => ({ kind }));
      const small = f.step('small', { after: pick.when('small') }, () => ({ x: 1 }));
      const big = f.step('big', { after: pick.when('big') }, () => ({ x: 2 }));
      return f.end(oneOf(small, big));
    };
    const e = new MemoryEngine();
    await e.run(declare('big'));
    await e.run(declare('small'));
    expect(await e.resolve(declare('small'), 'big')).toMatchObject({
      run: { run: 1 },
      passedOver: ['2 (pick chose "small", not "big")'],
    });
    expect((await e.resolve(declare('small'), 'end')).parents).toEqual(['small/3']);
  });
});

describe('in a foreach', () => {
  const nested = () => {
    const f = flow('nested');
    const start = f.start(() => ({ as: Array.from({ length: 12 }, (_, i) => i) }));
    const a = f.foreach('a', { after: start, over: 'as' }, ({ input }) => ({
      bs: [`${input}x`, `${input}y`],
    }));
    const b = f.foreach('b', { after: a, over: 'bs' }, ({ input }) => ({ b: input }));
    const jb = f.join('jb', { after: b }, ({ inputs }) => ({ bs: inputs.map((i) => i.b).join() }));
    return f.end(f.join('ja', { after: jb }, ({ inputs }) => ({ all: inputs.map((i) => i.bs) })));
  };
  const e = new MemoryEngine();
  beforeAll(() => e.run(nested()));

  test('the default is index 0, at every level', async () => {
    expect((await e.resolve(nested(), 'b')).stack.map(({ index }) => index)).toEqual([0, 0]);
    expect((await e.resolve(nested(), 'b', { index: [3] })).stack.map(({ index }) => index)).toEqual([3, 0]);
  });

  test('index 1 is split 1, not split 10 or 11', async () => {
    expect((await e.spin(nested(), 'b', { index: [1, 1] })).artifacts).toMatchObject([
      { value: '1y', change: 'same' },
    ]);
    expect((await e.spin(nested(), 'b', { index: [11, 0] })).artifacts).toMatchObject([
      { value: '11x', change: 'same' },
    ]);
  });

  test('an inner join is chosen by the index of the foreach around it', async () => {
    const outcome = await e.spin(nested(), 'jb', { index: [10] });
    expect(outcome).toMatchObject({ index: [10], artifacts: [{ value: '10x,10y', change: 'same' }] });
  });

  test('more numbers than there are levels are refused', async () => {
    expect(await messageOf(e.resolve(nested(), 'b', { index: [1, 2, 3] }))).toBe(
      '"b" stands in 2 foreaches: --index takes at most 2 numbers.',
    );
    expect(await messageOf(e.resolve(nested(), 'a', { index: [1, 2] }))).toBe(
      '"a" stands in 1 foreach: --index takes one number.',
    );
    expect(await messageOf(e.resolve(nested(), 'ja', { index: [1] }))).toBe(
      '"ja" stands in no foreach: leave --index out.',
    );
  });

  test('an index that is out of range is told with the range', async () => {
    expect(await messageOf(e.resolve(nested(), 'b', { run: 1, index: [2, 5] }))).toBe(
      'Run nested/1 has no inputs for "b": "bs" there has 2 items: an index is 0 to 1, not 5.',
    );
    expect(await messageOf(e.resolve(nested(), 'b', { run: 1, index: [12, 0] }))).toBe(
      'Run nested/1 has no inputs for "b": "as" there has 12 items: an index is 0 to 11, not 12.',
    );
  });

  test('a task of a pathspec is its own split', async () => {
    const ran = await e.run(nested());
    const row = rowsOf(ran, 'b')[5];
    const found = await e.resolve(nested(), 'b', { run: ran.run, task: row?.task as number });
    expect(found.stack).toEqual(row?.stack);
  });
});

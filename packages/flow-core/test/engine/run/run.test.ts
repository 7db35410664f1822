import { z } from 'zod';
import { flow, merge, oneOf } from '../../../src';
import { requireGraph } from '../../../src/definition/flow';
import type { Job } from '../../../src/engine/pool/job';
import type { Pool, PoolHost } from '../../../src/engine/pool/pool';
import { runFlow } from '../../../src/engine/run/run';
import { splitLimit } from '../../../src/engine/run/split-limit';
import { storeFull } from '../../../src/store/folder/no-room';
import { decodeArtifact } from '../../../src/store/values/artifacts';
import { labelOf, MemoryEngine, rowOf, rowsOf } from '../../kit/memory';
import { until } from '../../kit/workspace';

const engine = () => new MemoryEngine();

/** A pool whose tasks end when the test says so. */
function byHand() {
  const running = new Map<string, Job>();
  let pool: PoolHost | undefined;
  const pull = () => {
    for (let job = pool?.pull(); job; job = pool?.pull()) {
      running.set(job.spec.step, job);
      pool?.started(job);
    }
  };
  return {
    host(host: PoolHost): Pool {
      pool = host;
      return { wake: pull, close: async () => {} };
    },
    async outcomes(step: string, status: 'done' | 'failed') {
      await until(() => running.has(step), step, 2000);
      const at = { startedAt: Date.now(), durationMs: 1 };
      const error = { name: 'Error', message: 'no one' };
      pool?.finished(
        running.get(step) as Job,
        status === 'done'
          ? { ...at, status, result: { stored: [], references: [], counts: {}, reads: {} } }
          : { ...at, status, failure: { error } },
      );
    },
  };
}

describe('propagation', () => {
  test('an artifact reaches every step below, and the last one that set it wins', async () => {
    const f = flow('pass');
    const start = f.start(() => ({ a: 1, b: 'first' }));
    const middle = f.step('middle', { after: start }, () => ({ b: 'second' }));
    const last = f.step('last', { after: middle }, ({ self }) => ({ seen: `${self.a} ${self.b}` }));
    const e = engine();
    const ran = await e.run(f.end(last));
    expect(ran).toMatchObject({ status: 'done', pathspec: 'pass/1', tasks: { length: 4 } });
    expect(await e.after(ran, 'end')).toEqual({ a: 1, b: 'second', seen: '1 second' });
    expect(await e.after(ran, 'start')).toEqual({ a: 1, b: 'first' });
  });

  test('a step that returns nothing passes on what it inherited', async () => {
    const f = flow('silent');
    const start = f.start(() => ({ a: 1 }));
    const quiet = f.step('quiet', { after: start }, () => {});
    const e = engine();
    const ran = await e.run(f.end(quiet));
    expect(await e.after(ran, 'quiet')).toEqual({ a: 1 });
    expect(rowOf(ran, 'quiet')).toMatchObject({ stored: [], inherited: { a: 'start/1' } });
  });

  test('a foreach gives each split its item and its index, and the join gets them in split order', async () => {
    const f = flow('each');
    const start = f.start(() => ({ names: ['x', 'y', 'z'], unit: 'cm' }));
    const each = f.foreach('each', { after: start, over: 'names' }, ({ self, input, index, stack }) => ({
      text: `${index}${input}${self.unit}${stack.join()}`,
    }));
    const all = f.join('all', { after: each }, ({ inputs }) => ({ texts: inputs.map((i) => i.text) }));
    const e = engine();
    const ran = await e.run(f.end(all));
    expect(await e.after(ran, 'end')).toEqual({ texts: ['0xcmx', '1ycmy', '2zcmz'] });
    expect(rowsOf(ran, 'each').map((row) => row.stack)).toEqual(
      [0, 1, 2].map((index) => [{ step: 'each', index, count: 3, over: 'names', shownBy: 'start/1' }]),
    );
    expect(rowOf(ran, 'all').parents).toEqual(rowsOf(ran, 'each').map(labelOf));
  });

  test('three foreaches in one another come back level by level', async () => {
    const f = flow('deep');
    const start = f.start(() => ({ as: ['a', 'b'] }));
    const a = f.foreach('a', { after: start, over: 'as' }, ({ input }) => ({
      bs: [`${input}0`, `${input}1`],
    }));
    const b = f.foreach('b', { after: a, over: 'bs' }, ({ input }) => ({
      cs: input.endsWith('0') ? [`${input}p`] : [`${input}p`, `${input}q`, `${input}r`],
    }));
    const c = f.foreach('c', { after: b, over: 'cs' }, ({ input, stack, index }) => ({
      leaf: `${stack.join('>')}#${index}`,
      input,
    }));
    const jc = f.join('jc', { after: c }, ({ inputs, stack }) => ({
      leaves: inputs.map((i) => i.leaf),
      under: stack.join('>'),
    }));
    const jb = f.join('jb', { after: jc }, ({ inputs }) => ({ leaves: inputs.flatMap((i) => i.leaves) }));
    const ja = f.join('ja', { after: jb }, ({ inputs }) => ({ leaves: inputs.map((i) => i.leaves) }));
    const e = engine();
    const ran = await e.run(f.end(ja));
    expect(await e.after(ran, 'ja')).toEqual({
      leaves: [
        ['a0p>a0>a#0', 'a1p>a1>a#0', 'a1q>a1>a#1', 'a1r>a1>a#2'],
        ['b0p>b0>b#0', 'b1p>b1>b#0', 'b1q>b1>b#1', 'b1r>b1>b#2'],
      ],
    });
    expect(rowsOf(ran, 'c')).toHaveLength(8);
    expect(rowsOf(ran, 'jc').map((row) => row.stack.map(({ index }) => index))).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]);
    const under = await e.visible('deep', 1, labelOf(rowsOf(ran, 'jc')[3] as never));
    expect(under).toMatchObject({ under: 'b1>b' });
  });

  test('branches in a foreach are gathered split by split', async () => {
    const f = flow('branched');
    const start = f.start(() => ({ ns: [1, 2, 3] }));
    const n = f.foreach('n', { after: start, over: 'ns' }, ({ input }) => ({ n: input }));
    const twice = f.step('twice', { after: n }, ({ self }) => ({ twice: self.n * 2 }));
    const square = f.step('square', { after: n }, ({ self }) => ({ square: self.n ** 2 }));
    const both = f.gather('both', { after: { twice, square } }, ({ inputs, stack }) => ({
      ...merge(inputs),
      sum: inputs.twice.twice + inputs.square.square,
      split: stack[0],
    }));
    const all = f.join('all', { after: both }, ({ inputs }) => ({
      sums: inputs.map((i) => i.sum),
      splits: inputs.map((i) => i.split),
    }));
    const e = engine();
    const ran = await e.run(f.end(all));
    expect(await e.after(ran, 'end')).toEqual({ sums: [3, 8, 15], splits: [1, 2, 3] });
    for (const row of rowsOf(ran, 'both')) expect(row.branches).toEqual(['twice', 'square']);
  });

  test('a foreach in a branch is joined before the branches are gathered', async () => {
    const f = flow('inbranch');
    const start = f.start(() => ({ ns: [1, 2, 3], base: 10 }));
    const n = f.foreach('n', { after: start, over: 'ns' }, ({ input }) => ({ n: input }));
    const sum = f.join('sum', { after: n }, ({ inputs }) => ({
      ...merge(inputs, { exclude: ['n'] }),
      sum: inputs.reduce((total, { n: k }) => total + k, 0),
    }));
    const other = f.step('other', { after: start }, ({ self }) => ({ other: self.base + 1 }));
    const both = f.gather('both', { after: { other, sum } }, ({ inputs }) => ({
      ...merge(inputs),
      result: inputs.sum.sum + inputs.other.other,
    }));
    const e = engine();
    const ran = await e.run(f.end(both));
    expect(await e.after(ran, 'end')).toEqual({ base: 10, ns: [1, 2, 3], other: 11, result: 17, sum: 6 });
  });

  test('only the chosen arm of a switch runs; an arm without steps leads straight on', async () => {
    const declare = (size: number) => {
      const f = flow('choose');
      const start = f.start(() => ({ size }));
      const pick = f.switch(
        'pick',
        { after: start, on: 'kind', cases: ['small', 'big', 'none'] },
        ({ self }) => ({
          kind: self.size === 0 ? 'none' : self.size < 10 ? 'small' : 'big',
        }),
      );
      const small = f.step('small', { after: pick.when('small') }, () => ({ note: 'small' }));
      const big = f.step('big', { after: pick.when('big') }, () => ({ note: 'big' }));
      const after = f.step('after', { after: oneOf(small, big, pick.when('none')) }, ({ self }) => ({
        said: `${self.kind} ${(self as { note?: string }).note ?? '-'}`,
      }));
      return f.end(after);
    };
    for (const [size, said, steps] of [
      [3, 'small small', ['after', 'end', 'pick', 'small', 'start']],
      [30, 'big big', ['after', 'big', 'end', 'pick', 'start']],
      [0, 'none -', ['after', 'end', 'pick', 'start']],
    ] as const) {
      const e = engine();
      const ran = await e.run(declare(size));
      expect(ran.status).toBe('done');
      expect(ran.tasks.map(({ step }) => step)).toEqual(steps);
      expect(await e.after(ran, 'end')).toMatchObject({ said });
      expect(rowOf(ran, 'pick').case).toBe(said.split(' ')[0]);
    }
  });

  test('a switch that decides on none of its cases fails, and says which there are', async () => {
    const f = flow('lost');
    const start = f.start(() => ({}));
    const pick = f.switch('pick', { after: start, on: 'kind', cases: ['small', 'big'] }, () => ({
      kind: 'smal' as 'small',
    }));
    const ran = await engine().run(f.end(oneOf(pick.when('small'), pick.when('big'))));
    expect(ran.status).toBe('failed');
    expect(rowOf(ran, 'pick').error).toMatchObject({
      code: 'FLOW_SWITCH_VERDICT',
      message: 'The switch "pick" decided on "smal", which is none of its cases. Did you mean "small"?',
    });
  });

  test.each<[string, unknown, string]>([
    ['an object without a prototype', Object.assign(Object.create(null), { code: 3n }), 'code: 3n'],
    ['one whose texts are none', { toString: 1, valueOf: null }, '{"toString":1,"valueOf":null}'],
    ['an object', { kind: 'small' }, '{"kind":"small"}'],
  ])('a switch or a loop that decides on %s fails, and says on what', async (_, verdict, described) => {
    const f = flow('odd');
    const pick = f.switch('pick', { after: f.start(() => ({})), on: 'kind', cases: ['small'] }, () => ({
      kind: verdict as 'small',
    }));
    const switched = await engine().run(f.end(pick.when('small')));
    const g = flow('odd');
    const again = g.loop('again', { after: g.start(() => ({})), while: 'more', max: 2 }, () => ({
      more: verdict as boolean,
    }));
    const looped = await engine().run(g.end(again));
    for (const [{ error }, code] of [
      [switched, 'FLOW_SWITCH_VERDICT'],
      [looped, 'FLOW_LOOP_VERDICT'],
    ] as const)
      expect(error).toMatchObject({ code, message: expect.stringContaining(described) });
  });

  test('each iteration of a loop is a task of its own, and sees the one before', async () => {
    const f = flow('repeat');
    const start = f.start(() => ({ value: 1 }));
    const grow = f.loop('grow', { after: start, while: 'more', max: 10 }, ({ self, iteration }) => ({
      value: self.value * 2,
      more: self.value < 10,
      last: iteration,
    }));
    const e = engine();
    const ran = await e.run(f.end(grow));
    expect(await e.after(ran, 'end')).toEqual({ value: 32, more: false, last: 4 });
    expect(
      rowsOf(ran, 'grow').map(({ iteration, continues, parents }) => ({ iteration, continues, parents })),
    ).toEqual([
      { iteration: 0, continues: true, parents: ['start/1'] },
      { iteration: 1, continues: true, parents: ['grow/2'] },
      { iteration: 2, continues: true, parents: ['grow/3'] },
      { iteration: 3, continues: true, parents: ['grow/4'] },
      { iteration: 4, continues: false, parents: ['grow/5'] },
    ]);
  });

  test('a loop that would go beyond its max fails', async () => {
    const f = flow('endless');
    const start = f.start(() => ({}));
    const again = f.loop('again', { after: start, while: 'more', max: 3 }, () => ({ more: true as boolean }));
    const ran = await engine().run(f.end(again));
    expect(rowsOf(ran, 'again').map(({ status }) => status)).toEqual(['done', 'done', 'failed']);
    expect(ran.error?.code).toBe('FLOW_LOOP_MAX');
  });
});

describe('what is passed on', () => {
  test('merge passes artifacts by reference: their first task is named, nothing is stored again', async () => {
    const f = flow('refs');
    const start = f.start(() => ({ big: 'x'.repeat(1000), shared: 1 }));
    const left = f.step('left', { after: start }, () => ({ l: 'left' }));
    const right = f.step('right', { after: start }, () => ({ r: 'right' }));
    const both = f.gather('both', { after: { left, right } }, ({ inputs }) => ({ ...merge(inputs), own: 1 }));
    const e = engine();
    const ran = await e.run(f.end(both));
    const [l, r] = [rowOf(ran, 'left'), rowOf(ran, 'right')].map(labelOf);
    expect(rowOf(ran, 'both')).toMatchObject({
      stored: ['own'],
      inherited: { big: 'start/1', shared: 'start/1', l, r },
      parents: [l, r],
      branches: ['left', 'right'],
    });
    expect(await e.after(ran, 'end')).toEqual({
      big: 'x'.repeat(1000),
      shared: 1,
      l: 'left',
      r: 'right',
      own: 1,
    });
  });

  test('equal values of different tasks are no conflict; different ones are, all named', async () => {
    const declare = (same: boolean) => {
      const f = flow('conflict');
      const start = f.start(() => ({}));
      const left = f.step('left', { after: start }, () => ({ v: [1, 2], w: 1 }));
      const right = f.step('right', { after: start }, () => ({ v: [1, same ? 2 : 3], w: same ? 1 : 2 }));
      return f.end(f.gather('both', { after: { left, right } }, ({ inputs }) => ({ ...merge(inputs) })));
    };
    expect((await engine().run(declare(true))).status).toBe('done');
    const ran = await engine().run(declare(false));
    expect(ran.error?.code).toBe('FLOW_MERGE_CONFLICT');
    expect(ran.error?.message).toBe(
      'merge() met different values of 2 names:\n' +
        '  "v": conflict/1/left/2 has [ 1, 2 ]; conflict/1/right/3 has [ 1, 3 ]\n' +
        '  "w": conflict/1/left/2 has 1; conflict/1/right/3 has 2\n' +
        "Return them from the step itself, or leave them out: merge(inputs, { exclude: ['v', 'w'] })",
    );
  });

  test('a gather and a join pass on nothing by themselves', async () => {
    const f = flow('nothing');
    const start = f.start(() => ({ a: 1 }));
    const left = f.step('left', { after: start }, () => ({}));
    const right = f.step('right', { after: start }, () => ({}));
    const both = f.gather('both', { after: { left, right } }, () => ({ b: 2 }));
    const e = engine();
    expect(await e.after(await e.run(f.end(both)), 'end')).toEqual({ b: 2 });
  });

  test('`drop` keeps an inherited artifact from the steps below, in a run as in a spin', async () => {
    const f = flow('drops');
    const start = f.start(() => ({ raw: [1, 2, 3], keep: 1 }));
    const use = f.step('use', { after: start, drop: ['raw'] }, ({ self }) => ({ sum: self.raw.length }));
    const below = f.step('below', { after: use }, ({ self }) => ({ names: Object.keys(self) }));
    const flowOf = f.end(below);
    const e = engine();
    const ran = await e.run(flowOf);
    expect(await e.after(ran, 'below')).toEqual({ keep: 1, sum: 3, names: ['keep', 'sum'] });
    expect((await e.spin(flowOf, 'below')).artifacts).toMatchObject([{ name: 'names', change: 'same' }]);
  });

  test('an artifact that a step returns and drops is recorded, and seen by nobody below, in a run as in a spin', async () => {
    const f = flow('dropown');
    const start = f.start({ drop: ['scratch'] }, () => ({ scratch: 1, keep: 2 }));
    const below = f.step('below', { after: start }, ({ self }) => ({ names: Object.keys(self) }));
    const flowOf = f.end(below);
    const e = engine();
    const ran = await e.run(flowOf);
    expect(await e.after(ran, 'below')).toEqual({ keep: 2, names: ['keep'] });
    expect((await e.spin(flowOf, 'below')).artifacts).toMatchObject([{ name: 'names', change: 'same' }]);
    expect((await e.spin(flowOf, 'start')).artifacts).toMatchObject([
      { name: 'scratch', change: 'same' },
      { name: 'keep', change: 'same' },
    ]);
  });

  test('`env` holds in its step alone', async () => {
    const f = flow('env');
    const read = () => process.env.NX_FLOW_TEST_ENV ?? 'unset';
    const start = f.start({ env: { NX_FLOW_TEST_ENV: 'here' } }, async () => ({ inside: read() }));
    const next = f.step('next', { after: start }, () => ({ outside: read() }));
    const e = engine();
    expect(await e.after(await e.run(f.end(next)), 'end')).toEqual({ inside: 'here', outside: 'unset' });
  });
});

describe('each task has its own copy', () => {
  test('an input that is changed in place is neither recorded nor shared', async () => {
    const f = flow('copies');
    const start = f.start(() => ({ list: [{ n: 1 }, { n: 2 }], map: new Map([['k', [1]]]) }));
    const spoil = f.step('spoil', { after: start }, ({ self }) => {
      (self.list[0] as { n: number }).n = 99;
      self.map.get('k')?.push(2);
      return { seen: self.list[0]?.n };
    });
    const other = f.step('other', { after: start }, ({ self }) => ({
      other: [self.list[0]?.n, self.map.get('k')],
    }));
    const both = f.gather('both', { after: { spoil, other } }, ({ inputs }) => ({ ...merge(inputs) }));
    const e = engine();
    const ran = await e.run(f.end(both));
    expect(await e.after(ran, 'end')).toEqual({
      list: [{ n: 1 }, { n: 2 }],
      map: new Map([['k', [1]]]),
      seen: 99,
      other: [1, [1]],
    });
  });

  test('the items of a foreach are copies too', async () => {
    const f = flow('items');
    const start = f.start(() => ({ rows: [{ tags: ['a'] }, { tags: ['b'] }] }));
    const each = f.foreach('each', { after: start, over: 'rows' }, ({ input, self, stack }) => {
      input.tags.push('spoilt');
      return { list: self.rows.map((row) => row.tags.join()), outer: stack[0].tags.join() };
    });
    const all = f.join('all', { after: each }, ({ inputs }) => ({
      seen: inputs.map((i) => i.list),
      outer: inputs.map((i) => i.outer),
    }));
    const e = engine();
    expect(await e.after(await e.run(f.end(all)), 'end')).toEqual({
      seen: [
        ['a', 'b'],
        ['a', 'b'],
      ],
      outer: ['a', 'b'],
    });
  });

  test('parameters are copies too', async () => {
    const f = flow('paramcopies', { params: { list: z.array(z.number()).default([1, 2]) } });
    const start = f.start(({ params }) => ({ first: params.list.push(9) }));
    const next = f.step('next', { after: start }, ({ params }) => ({ second: params.list }));
    const e = engine();
    expect(await e.after(await e.run(f.end(next)), 'end')).toEqual({ first: 3, second: [1, 2] });
  });

  test('an artifact cannot be assigned, and the error says what to do', async () => {
    const f = flow('assign');
    const start = f.start(() => ({ a: 1 }));
    const set = f.step('set', { after: start }, ({ self }) => {
      (self as { a: number }).a = 2;
    });
    const ran = await engine().run(f.end(set));
    expect(ran.error?.message).toBe('Artifacts are returned, not assigned: return { a: … } from the step.');
  });
});

describe('what is recorded', () => {
  test('parameters, as they were given and as the schemas gave them', async () => {
    const f = flow('params', {
      params: { n: z.coerce.number().default(5), sha: z.string(), when: z.coerce.date() },
    });
    const start = f.start(({ params }) => ({
      sum: params.n + 1,
      sha: params.sha,
      year: params.when.getUTCFullYear(),
    }));
    const e = engine();
    const ran = await e.run(f.end(start), { params: { sha: '12e3', when: '2026-11-23' } });
    expect(ran.row.paramInputs).toEqual({ sha: '12e3', when: '2026-11-23' });
    expect(await e.after(ran, 'end')).toEqual({ sum: 6, sha: '12e3', year: 2026 });
    const names = await e.store.paramNames('params', 1);
    const records = await e.store.artifacts(
      names.map((name) => ({ flow: 'params', run: 1, step: 'params', task: 0, name })),
    );
    expect(
      Object.fromEntries(names.map((name, i) => [name, decodeArtifact(records[i] as never, e.store.cas)])),
    ).toEqual({
      n: 5,
      sha: '12e3',
      when: new Date('2026-11-23'),
    });
  });

  test('the run: status, user, namespace, tags, steps, counts, times', async () => {
    const f = flow('facts');
    const start = f.start(() => ({}));
    const ran = await engine().run(f.end(start), { tags: ['one', 'two'], namespace: 'team' });
    expect(ran.row).toMatchObject({
      flow: 'facts',
      run: 1,
      status: 'done',
      user: 'tester',
      namespace: 'team',
      tags: ['one', 'two'],
      systemTags: ['user:tester'],
      tasks: { done: 2, failed: 0 },
      pid: process.pid,
      steps: [
        { name: 'start', kind: 'start' },
        { name: 'end', kind: 'end' },
      ],
    });
    expect(ran.row.durationMs).toBeGreaterThanOrEqual(0);
    expect(Math.abs(Date.now() - ran.row.startedAt)).toBeLessThan(60_000);
  });

  test('numbers of tasks are taken once in a run, numbers of runs once in a flow', async () => {
    const f = flow('numbers');
    const start = f.start(() => ({ ns: [1, 2] }));
    const n = f.foreach('n', { after: start, over: 'ns' }, () => ({}));
    const all = f.join('all', { after: n }, () => ({}));
    const e = engine();
    const flowOf = f.end(all);
    const first = await e.run(flowOf);
    expect(first.tasks.map(({ task }) => task).sort()).toEqual([1, 2, 3, 4, 5]);
    expect((await e.run(flowOf)).pathspec).toBe('numbers/2');
  });

  test('what a task logs, with its pathspec, live and kept', async () => {
    const f = flow('logs');
    const start = f.start(({ log }) => {
      log('hello');
      log('again');
    });
    const e = engine();
    const ran = await e.run(f.end(start));
    expect(ran.events.filter(({ type }) => type === 'task-log')).toMatchObject([
      { task: { flow: 'logs', run: 1, step: 'start', task: 1 }, stream: 'stdout', text: 'hello\n' },
      { task: { flow: 'logs', run: 1, step: 'start', task: 1 }, stream: 'stdout', text: 'again\n' },
    ]);
    const kept: string[] = [];
    for await (const { text } of e.store.logs('logs', 1, 'start', 1)) kept.push(text);
    expect(kept.join('')).toBe('hello\nagain\n');
  });

  test('a task is told who and where it is', async () => {
    const f = flow('where');
    const start = f.start(({ current }) => ({ current: { ...current, tags: [...current.tags] } }));
    const e = engine();
    const ran = await e.run(f.end(start), { tags: ['t'] });
    expect(await e.after(ran, 'end')).toEqual({
      current: {
        flow: 'where',
        run: '1',
        step: 'start',
        task: '1',
        pathspec: 'where/1/start/1',
        attempt: 0,
        user: 'tester',
        namespace: 'user:tester',
        tags: ['t'],
      },
    });
  });

  test('more small artifacts than are kept at hand still reach the join', async () => {
    const f = flow('many');
    const start = f.start(() => ({ ns: Array.from({ length: 1200 }, (_, n) => n) }));
    const n = f.foreach('n', { after: start, over: 'ns' }, ({ input }) => ({
      bytes: Buffer.alloc(30_000, input % 256),
    }));
    const next = f.step('next', { after: n }, ({ self }) => ({ first: self.bytes[0] }));
    const all = f.join('all', { after: next }, ({ inputs }) => ({
      right: inputs.every((input, i) => input.bytes[29_999] === i % 256 && input.first === i % 256),
    }));
    // A store that takes its time: what was written last is not there yet.
    const e = engine();
    const batch = e.store.kv.batch.bind(e.store.kv);
    e.store.kv.batch = async (...args) => {
      await new Promise((done) => setImmediate(() => setImmediate(done)));
      return batch(...args);
    };
    const ran = await e.run(f.end(all));
    expect(ran.error).toBeUndefined();
    expect(await e.after(ran, 'end')).toEqual({ right: true });
  });
});

describe('failures', () => {
  const failing = (body: () => object) => {
    const f = flow('fails');
    const start = f.start(body as () => { a: number });
    const next = f.step('next', { after: start }, () => ({}));
    return f.end(next);
  };

  test('an exception is recorded with its stack, code and causes; nothing below runs', async () => {
    const ran = await engine().run(
      failing(() => {
        const root = Object.assign(new RangeError('root'), { code: 'E_ROOT' });
        throw new TypeError('outer', { cause: new Error('middle', { cause: root }) });
      }),
    );
    expect(ran).toMatchObject({ status: 'failed', row: { tasks: { done: 0, failed: 1 }, status: 'failed' } });
    expect(ran.tasks).toHaveLength(1);
    const { error } = rowOf(ran, 'start');
    expect(error).toMatchObject({
      name: 'TypeError',
      message: 'outer',
      cause: {
        name: 'Error',
        message: 'middle',
        cause: { name: 'RangeError', message: 'root', code: 'E_ROOT' },
      },
    });
    expect(error?.stack).toContain('run.test.ts');
    expect(ran.row.error).toEqual(error);
  });

  test('anything that is thrown is recorded', async () => {
    for (const [thrown, message] of [
      ['text', 'a value that is no Error was thrown: text'],
      [{ code: 7 }, 'a value that is no Error was thrown: {"code":7}'],
      [undefined, 'a value that is no Error was thrown: undefined'],
      [null, 'a value that is no Error was thrown: null'],
      [Symbol('s'), 'a value that is no Error was thrown: Symbol(s)'],
      [Object.create(null), 'a value that is no Error was thrown: {}'],
    ] as const) {
      const ran = await engine().run(
        failing(() => {
          throw thrown;
        }),
      );
      expect(ran.error?.message).toBe(message);
    }
  });

  test('an error with a cause that leads to itself is recorded', async () => {
    const ran = await engine().run(
      failing(() => {
        const error = new Error('round');
        error.cause = error;
        throw error;
      }),
    );
    expect(ran.error).toMatchObject({ message: 'round', cause: { message: '(circular)' } });
  });

  test('an artifact that cannot be stored names the path inside the value', async () => {
    const ran = await engine().run(failing(() => ({ model: { layers: [{}, { act: () => 1 }] } })));
    expect(ran.error?.code).toBe('FLOW_ARTIFACT_UNSTORABLE');
    expect(ran.error?.message).toContain('model.layers[1].act');
  });

  test('a step that returns a list or a text is told what to return', async () => {
    for (const [value, type] of [
      [[1, 2], 'Array(2)'],
      ['text', 'string'],
      [new Map(), 'Map(0)'],
    ] as const) {
      const ran = await engine().run(failing(() => value as object));
      expect(ran.error).toMatchObject({
        code: 'FLOW_RETURN',
        message: `Step "start" returned ${type}: return an object whose properties are its artifacts.`,
      });
    }
  });

  test('a foreach over no list or over no artifact fails the step before it, and names what it is', async () => {
    const declare = (value: unknown) => {
      const f = flow('over');
      const start = f.start(() => ({ items: value as string[] }));
      return f.end(
        f.join('all', { after: f.foreach('each', { after: start, over: 'items' }, () => ({})) }, () => ({})),
      );
    };
    for (const [value, what] of [
      ['text', '"items" is a string'],
      [{ 0: 1 }, '"items" is an object'],
      [null, '"items" is null'],
      [undefined, '"items" is undefined'],
      [new Date(0), '"items" is a Date'],
      [new ArrayBuffer(8), '"items" is an ArrayBuffer'],
      [/x/, '"items" is a RegExp'],
      [3n, '"items" is a bigint'],
    ] as const) {
      const ran = await engine().run(declare(value));
      expect(ran.tasks.map(({ step, status }) => [step, status])).toEqual([['start', 'failed']]);
      expect(ran.error?.code).toBe('FLOW_FOREACH_LIST');
      expect(ran.error?.message).toContain(
        `needs a list (an array, a typed array, a Set or a Map), but ${what}: return one from "start".`,
      );
    }
  });

  test('a foreach over a list that the step before drops fails there, not in every split', async () => {
    const f = flow('overdropped');
    const start = f.start(() => ({ items: [1, 2] }));
    const middle = f.step('middle', { after: start, drop: ['items'] }, () => ({}));
    const each = f.foreach('each', { after: middle, over: 'items' }, ({ input }) => ({ input }));
    const ran = await engine().run(f.end(f.join('all', { after: each }, () => ({}))));
    expect(ran.error?.message).toContain('but there is no artifact "items" after middle');
  });

  test('a failed split leaves the others to run, and the join waits in vain', async () => {
    const f = flow('split');
    const start = f.start(() => ({ ns: [0, 1, 2] }));
    const n = f.foreach('n', { after: start, over: 'ns' }, ({ input }) => {
      if (input === 1) throw new Error('no one');
      return {};
    });
    const ran = await engine().run(f.end(f.join('all', { after: n }, () => ({}))));
    expect(rowsOf(ran, 'n').map(({ status }) => status)).toEqual(['done', 'failed', 'done']);
    expect(rowsOf(ran, 'all')).toEqual([]);
    expect(ran.row.tasks).toEqual({ done: 3, failed: 1 });
  });

  test('with `bail`, no task begins after the first failure', async () => {
    const f = flow('bail');
    const start = f.start(() => ({ ns: [0, 1, 2, 3] }));
    const n = f.foreach('n', { after: start, over: 'ns' }, ({ input }) => {
      if (input === 1) throw new Error('no one');
      return {};
    });
    const ran = await engine().run(f.end(f.join('all', { after: n }, () => ({}))), { bail: true });
    expect(rowsOf(ran, 'n').map(({ status }) => status)).toEqual(['done', 'failed']);
    expect(ran.status).toBe('failed');
  });

  test('with `bail`, nothing is planned behind a task that ends after the failure', async () => {
    const f = flow('bailbranch');
    const start = f.start(() => ({}));
    const left = f.step('left', { after: start }, () => {
      throw new Error('no one');
    });
    const slow = f.step('slow', { after: start }, () => ({}));
    const later = f.step('later', { after: slow }, () => ({}));
    const flowOf = f.end(f.gather('both', { after: { left, later } }, () => ({})));
    // Both branches are under way when one of them fails.
    const e = engine();
    const graph = requireGraph(flowOf);
    const { outcomes, host } = byHand();
    const done = runFlow({
      graph,
      store: e.store,
      params: { paramInputs: {}, parsed: {} },
      user: 'tester',
      namespace: 'n',
      tags: [],
      cwd: '.',
      workers: 2,
      bail: true,
      emit: () => {},
      pool: host,
    });
    await outcomes('start', 'done');
    await outcomes('left', 'failed');
    await outcomes('slow', 'done');
    expect(await done).toMatchObject({ status: 'failed', tasks: { done: 2, failed: 1 } });
  });

  test('an interrupted run is recorded as failed, with the task that was under way', async () => {
    const stop = new AbortController();
    let release: () => void = () => {};
    const f = flow('stopped');
    const start = f.start(async () => {
      stop.abort();
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    });
    const next = f.step('next', { after: start }, () => ({}));
    const ran = await engine().run(f.end(next), { signal: stop.signal });
    release();
    expect(ran).toMatchObject({ status: 'failed', error: { code: 'FLOW_INTERRUPTED' } });
    expect(ran.tasks.map(({ step, status }) => [step, status])).toEqual([['start', 'failed']]);
  });

  test('a store that fails ends the run, and nothing is recorded behind the hole', async () => {
    const f = flow('hole');
    const steps: string[] = [];
    const start = f.start(() => ({ ns: [1, 2, 3, 4, 5, 6] }));
    const n = f.foreach('n', { after: start, over: 'ns' }, async ({ index }) => {
      steps.push(`n${index}`);
      await new Promise((done) => setImmediate(done));
      return {};
    });
    const e = engine();
    const batch = e.store.kv.batch.bind(e.store.kv);
    let failed = false;
    let later = 0;
    e.store.kv.batch = async (ops, options) => {
      if (failed) later++;
      if (ops.some(({ key }) => key.startsWith('task/hole/0000000001/start'))) {
        failed = true;
        throw new Error('disk full');
      }
      return batch(ops, options);
    };
    await expect(e.run(f.end(f.join('all', { after: n }, () => ({}))))).rejects.toThrow('disk full');
    expect(later).toBe(0);
    expect(steps.length).toBeLessThan(6);
  });

  test('a run whose end finds no room says what it counts as, and how it goes on', async () => {
    const f = flow('full');
    const e = engine();
    const batch = e.store.kv.batch.bind(e.store.kv);
    e.store.kv.batch = async (ops, options) => {
      if (ops.some(({ key }) => key.startsWith('task/full/'))) throw storeFull('/store', 'EDQUOT');
      return batch(ops, options);
    };
    await expect(e.run(f.end(f.start(() => ({}))))).rejects.toMatchObject({
      code: 'FLOW_STORE_FULL',
      exit: 1,
      message:
        'The store /store has no room for more (EDQUOT): make room on its disk and do it again. What was recorded before is kept. full/1 is recorded as failed: with room, nx-flow resume full executes what is missing.',
    });
  });
});

describe('a foreach of more splits than it may have', () => {
  let isBroken = true;
  const f = flow('costly');
  const start = f.start(() => ({ few: [1, 2], many: [1, 2, 3, 4, 5] }));
  const other = f.step('other', { after: start }, () => ({ other: true }));
  const each = f.foreach('each', { after: start, over: 'many' }, ({ input }) => {
    if (isBroken && input > 2) throw new Error('not yet');
    return { n: input };
  });
  const all = f.join('all', { after: each }, ({ inputs }) => ({
    sum: inputs.reduce((sum, { n }) => sum + n, 0),
  }));
  const defined = f.end(f.gather('both', { after: { other, all } }, () => ({})));
  const most = (limit: number) => ({ maxSplits: splitLimit(undefined, limit) });

  test('fails before any of them begins; the rest goes on, and a resume that allows more executes them', async () => {
    const e = engine();
    const ran = await e.run(defined, most(4));
    const message =
      'The foreach "each" is to execute 5 splits, and --max-splits allows 4: none of them has begun. nx-flow resume with --max-splits=5 executes them.';
    expect(ran).toMatchObject({ status: 'failed', error: { code: 'FLOW_MAX_SPLITS', message } });
    expect(ran.row).toMatchObject({ status: 'failed', error: { code: 'FLOW_MAX_SPLITS' } });
    expect(ran.tasks.map(labelOf)).toEqual(['other/2', 'start/1']);
    const bailed = await e.run(defined, { ...most(4), bail: true });
    expect(bailed.tasks.map(labelOf)).toEqual(['start/1']);
    const again = await e.resume(defined, ran.run, undefined, most(4));
    expect(again.error).toMatchObject({ code: 'FLOW_MAX_SPLITS', message });
    const failed = await e.resume(defined, ran.run, undefined, most(5));
    expect(failed).toMatchObject({ status: 'failed', error: { message: 'not yet' } });
    // Two of five are taken over: three are to be executed.
    isBroken = false;
    expect((await e.resume(defined, failed.run, undefined, most(2))).error?.message).toContain(
      'is to execute 3 splits',
    );
    const done = await e.resume(defined, failed.run, undefined, most(3));
    expect(await e.after(done, 'all')).toMatchObject({ sum: 15 });
  });

  test('by default the limit is 10,000 for what workers of a queue execute, and there is none here', () => {
    const limit = splitLimit((step) => (step === 'away' ? 'gpu' : undefined));
    expect([limit('away'), limit('here')]).toEqual([10_000, undefined]);
    expect(splitLimit(undefined, 7)('here')).toBe(7);
  });
});

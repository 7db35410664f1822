/** step.run(): a step's body alone. */
import { z } from 'zod';
import { flow, merge } from '../../src/definition';

const f = flow('train', { params: { alpha: z.coerce.number().default(0.1) } });
const start = f.start(({ params }) => ({ rows: [1, 2, 3], rate: params.alpha }));
const sum = f.step('sum', { after: start }, ({ self }) => ({ total: self.rows.length * self.rate }));
const each = f.foreach('each', { after: sum, over: 'rows' }, async ({ self, input, index, stack }) => {
  await Promise.resolve();
  return { loss: input * index + self.total, depth: stack.length };
});
const best = f.join('best', { after: each }, ({ inputs }) => ({
  losses: inputs.map((i) => i.loss),
  ...merge(inputs, { exclude: ['loss', 'depth', 'rows', 'rate'] }),
}));
const size = f.switch('size', { after: sum, on: 'is', cases: ['small', 'big'] }, ({ self }) => ({
  is: self.total > 10 ? 'big' : 'small',
}));
const tune = f.loop('tune', { after: sum, while: 'going', max: 9 }, ({ self, iteration }) => ({
  total: self.total / 2,
  going: iteration < 3,
}));
const both = f.gather('both', { after: { left: best, right: sum } }, ({ inputs }) => ({
  sum: inputs.left.total + inputs.right.total,
}));

test('a body gets the self that is given, and gives what it returns', async () => {
  expect(await sum.run({ self: { rows: [1, 2], rate: 10 } })).toEqual({ total: 20 });
});

test('a body gets the params that are given', async () => {
  expect(await start.run({ params: { alpha: 0.5 } })).toEqual({ rows: [1, 2, 3], rate: 0.5 });
});

test('a foreach gets its input, index and stack, and is awaited', async () => {
  expect(await each.run({ self: { total: 1 }, input: 5, index: 2, stack: [5] })).toEqual({
    loss: 11,
    depth: 1,
  });
});

test('a switch and a loop run as any step', async () => {
  expect(await size.run({ self: { total: 11 } })).toEqual({ is: 'big' });
  expect(await tune.run({ self: { total: 8 }, iteration: 3 })).toEqual({ total: 4, going: false });
});

test('a join gets its inputs in order, and may merge them', async () => {
  const inputs = [
    { loss: 3, total: 1 },
    { loss: 2, total: 1 },
  ];
  expect(await best.run({ inputs })).toEqual({ losses: [3, 2], total: 1 });
});

test('a gather gets its inputs by name', async () => {
  expect(await both.run({ inputs: { left: { total: 1 }, right: { total: 2 } } })).toEqual({ sum: 3 });
});

const notGiven = (message: string) => expect.objectContaining({ code: 'FLOW_ARTIFACT_NOT_GIVEN', message });

test('reading an artifact that was not given is an error that names it and the nearest', async () => {
  await expect(sum.run({ self: { rats: 1, rows: [] } as never })).rejects.toEqual(
    notGiven('The step reads self.rate, which the test did not give. Did you mean "rats"?'),
  );
  await expect(sum.run({})).rejects.toEqual(
    notGiven('The step reads self.rows, which the test did not give. Nothing was given in self.'),
  );
});

test('an artifact that was given as undefined is given', async () => {
  const step = f.step('reads', { after: sum }, ({ self }) => ({ seen: self.total ?? 'nothing' }));
  expect(await step.run({ self: { total: undefined } })).toEqual({ seen: 'nothing' });
});

test('reading a parameter that was not given is an error', async () => {
  await expect(start.run({})).rejects.toEqual(
    notGiven('The step reads params.alpha, which the test did not give. Nothing was given in params.'),
  );
});

test('reading from an input of a join or gather what was not given is an error', async () => {
  await expect(best.run({ inputs: [{ loss: 1 }, { depth: 1 }] })).rejects.toEqual(
    notGiven('The step reads inputs.1.loss, which the test did not give. There is: depth.'),
  );
  await expect(both.run({ inputs: { left: { total: 1 } } })).rejects.toEqual(
    notGiven('The step reads inputs.right, which the test did not give. There is: left.'),
  );
});

test('a join or gather without any inputs is an error, too', async () => {
  await expect(both.run({})).rejects.toEqual(
    notGiven('The step reads inputs.left, which the test did not give. Nothing was given in inputs.'),
  );
  await expect(best.run({})).rejects.toEqual(
    notGiven('The step reads inputs.map, which the test did not give. Nothing was given in inputs.'),
  );
  const given = { left: undefined, right: { total: 2 } };
  await expect(both.run({ inputs: given })).rejects.toEqual(
    notGiven(
      'The step reads inputs.left.total, which the test did not give. Nothing was given in inputs.left.',
    ),
  );
});

test('what the step returns can be looked at freely, even its own inputs', async () => {
  const pass = f.join('pass', { after: each }, ({ inputs }) => ({ all: [...inputs], first: inputs[0] }));
  const out = await pass.run({ inputs: [{ loss: 1 }, { loss: 2 }] });
  expect(out).toEqual({ all: [{ loss: 1 }, { loss: 2 }], first: { loss: 1 } });
  expect(out.first?.total).toBeUndefined();
});

test('self may be awaited, printed and spread: only reading a missing name is an error', async () => {
  const step = f.step('prints', { after: sum }, async ({ self }) => {
    const awaited = await (self as unknown as Promise<typeof self>);
    return { text: JSON.stringify(self), whole: `${Object.prototype.toString.call(self)}`, ...awaited };
  });
  expect(await step.run({ self: { rate: 1 } })).toEqual({
    text: '{"rate":1}',
    whole: '[object Object]',
    rate: 1,
  });
});

test('a body has log, signal, card and current, and what is given of them wins', async () => {
  const lines: string[] = [];
  const step = f.step('talks', { after: sum }, ({ current, signal, card, log }) => {
    log('hello');
    card.add('text').text = 'another';
    card.of('more').title = 'More';
    return {
      aborted: signal.aborted,
      pathspec: current.pathspec,
      attempt: current.attempt,
      tags: [...current.tags],
    };
  });
  expect(await step.run({})).toEqual({ aborted: false, pathspec: 'test/talks/test', attempt: 0, tags: [] });
  const out = await step.run({ log: (line) => lines.push(line), signal: AbortSignal.abort() });
  expect(out.aborted).toBe(true);
  expect(lines).toEqual(['hello']);
});

test('a body that returns nothing leaves no artifacts', async () => {
  expect(await f.step('silent', { after: sum }, () => {}).run({})).toEqual({});
});

test('what a body throws comes through as it is', async () => {
  const failure = new Error('no rows');
  const fails = f.step('fails', { after: sum }, (): object => {
    throw failure;
  });
  await expect(fails.run({})).rejects.toBe(failure);
});

test('merge() of given inputs reports the names with different values, as in a run', async () => {
  const all = f.join('all', { after: each }, ({ inputs }) => ({ ...merge(inputs), total: 0 }));
  const [one, two] = [
    { loss: 1, total: 1, rate: 0.5 },
    { loss: 2, total: 2, rate: 0.5 },
  ];
  await expect(all.run({ inputs: [one, two] })).rejects.toMatchObject({
    code: 'FLOW_MERGE_CONFLICT',
    message: expect.stringContaining('  "loss": inputs[0] has 1; inputs[1] has 2\n'),
  });
  expect(await all.run({ inputs: [one, { ...two, loss: 1 }] })).toEqual({ loss: 1, total: 0, rate: 0.5 });
});

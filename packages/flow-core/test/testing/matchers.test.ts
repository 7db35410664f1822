import { stripVTControlCharacters } from 'node:util';
import { flow } from '../../src';
import { flowMatchers, Runner } from '../../src/testing';

expect.extend(flowMatchers);

const f = flow('matched');
const start = f.start(() => ({ a: 1 }));
const good = f.step('good', { after: start }, ({ self }) => ({ b: self.a, list: [1, 2] }));
const bad = f.step('bad', { after: good }, () => {
  console.log('a word');
  throw new TypeError('wrong', { cause: new Error('for a reason') });
});
const matched = f.end(bad);
const runner = new Runner(matched);
const spinGood = () => runner.spin(good, { artifacts: { a: 5 } });
const spinBad = () => runner.spin(bad, { artifacts: {} });

function said(assert: () => void): string {
  try {
    assert();
  } catch (error) {
    return stripVTControlCharacters((error as Error).message);
  }
  throw new Error('It passed.');
}

test('they pass where they should', async () => {
  const spun = await spinGood();
  expect(spun).toSucceed();
  expect(spun).toHaveArtifact('b');
  expect(spun).toHaveArtifact('list', [1, 2]);
  expect(spun).toHaveArtifact('list', expect.arrayContaining([2]));
  expect(spun).not.toHaveArtifact('a');
  expect(spun).not.toHaveArtifact('b', undefined);
  expect(spun).not.toFailWith();
  const failed = await spinBad();
  expect(failed).not.toSucceed();
  for (const reason of [undefined, 'wron', /^wrong$/g, TypeError, Error]) expect(failed).toFailWith(reason);
  for (const reason of ['right', /^rong/, RangeError]) expect(failed).not.toFailWith(reason);
  expect(await runner.run()).toFailWith('wrong');
});

test('a failure that was not expected shows the error, its causes and what was printed', async () => {
  const failed = await spinBad();
  const message = said(() => expect(failed).toSucceed());
  expect(message).toMatch(
    /^The spin of "bad" failed:\n\nTypeError: wrong\n {4}11 \| .*\n {2}> 12 \| {3}throw new TypeError/,
  );
  expect(message).toMatch(/\n {4}at \(\S*matchers\.test\.ts:12:9\)\nCaused by Error: for a reason\n/);
  expect(message).not.toMatch(/src\/engine|node:internal/);
  expect(message).toMatch(/stdout:\na word$/);
});

test('each says what it met', async () => {
  const spun = await spinGood();
  const failed = await spinBad();
  expect(said(() => expect(spun).toFailWith(/x/))).toBe(
    'The spin of "good" should have failed with /x/, but succeeded; it returned: b, list.',
  );
  expect(said(() => expect(failed).toFailWith(RangeError))).toMatch(
    /^The spin of "bad" should have failed with RangeError, but failed otherwise:\n\nTypeError: wrong\n/,
  );
  expect(said(() => expect(spun).toHaveArtifact('c'))).toBe(
    'The spin of "good" did not return "c"; it returned: b, list.',
  );
  expect(said(() => expect(spun).toHaveArtifact('b', 6))).toBe(
    'The artifact "b" of the spin of "good" is another.\n\nExpected: 6\nReceived: 5',
  );
  expect(said(() => expect(failed).toHaveArtifact('b'))).toMatch(
    /^The spin of "bad" has no artifact "b", for it failed:/,
  );
  expect(said(() => expect(spun).not.toSucceed())).toBe('The spin of "good" succeeded, and should not have.');
  expect(said(() => expect(spinGood()).toSucceed())).toMatch(/not Promise .*: it is a promise, await it\.$/s);
});

test('reading what a step did not return names what it did', async () => {
  const spun = await spinGood();
  expect(() => (spun.artifacts as unknown as { lst: unknown }).lst).toThrow(
    '"good" did not return "lst": Did you mean "list"?',
  );
});

describe('of a run', () => {
  const f = flow('run-of');
  const begin = f.start(() => ({ a: 1 }));
  const tables = f.step('tables', { after: begin }, () => ({
    table: new Map([['rows', { list: [1, { deep: new Map([['x', new Set([1])]]) }] }]]),
  }));
  const whole = new Runner(f.end(tables));
  const table = (x: number) => new Map([['rows', { list: [1, { deep: new Map([['x', new Set([x])]]) }] }]]);
  afterAll(() => whole.dispose());

  test('toHaveArtifact looks at the end of the flow, at once', async () => {
    const ran = await whole.run();
    expect(ran).toHaveArtifact('a');
    expect(ran).toHaveArtifact('a', 1);
    expect(ran).toHaveArtifact('table', table(1));
    expect(ran).toHaveArtifact('table', expect.any(Map));
    expect(ran).not.toHaveArtifact('b');
    expect(ran).not.toHaveArtifact('a', undefined);
    expect(said(() => expect(ran).toHaveArtifact('b'))).toBe(
      `The run ${ran.pathspec} has no artifact "b"; it has: a, table.`,
    );
    expect(said(() => expect(ran).toHaveArtifact('a', 2))).toBe(
      `The artifact "a" of the run ${ran.pathspec} is another.\n\nExpected: 2\nReceived: 1`,
    );
    expect(said(() => expect(ran).not.toHaveArtifact('a', 1))).toMatch(/has an artifact "a" equal to 1, and/);
  });

  test('a resumed run has those that it took over, and a failed one says why it has none', async () => {
    const resumed = await whole.resume({ from: await whole.run(), step: 'tables' });
    expect(resumed).toHaveArtifact('a', 1);
    const failed = await runner.run();
    expect(failed).not.toHaveArtifact('a');
    expect(said(() => expect(failed).toHaveArtifact('a'))).toMatch(
      /^The run matched\/\d+ has no artifact "a", for it failed:\n\nTypeError: wrong/,
    );
  });

  test('a run as the client shows it is awaited', async () => {
    const { run } = await whole.run();
    await expect(run).toHaveArtifact('a', 1);
    await expect(run).not.toHaveArtifact('b');
    await expect((async () => expect(run).toHaveArtifact('a', 2))()).rejects.toThrow('Received: 1');
  });

  test('a difference deep in a Map is shown, line by line', async () => {
    const difference = (received: unknown) => said(() => expect(received).toHaveArtifact('table', table(2)));
    for (const received of [await whole.run(), await whole.spin(tables, { artifacts: { a: 1 } })])
      expect(difference(received)).toMatch(/"x" => Set \{\n- +2,\n\+ +1,\n/);
  });
});

describe('bad usage points at the line of the test', () => {
  const top = (error: unknown) =>
    (error as Error).stack?.split('\n').find((line) => /^ {4}at (?!.*node_modules)/.test(line));
  const caught = async (work: () => unknown) => {
    try {
      await work();
    } catch (error) {
      return error;
    }
    throw new Error('It did not throw.');
  };

  test.each<[string, () => unknown]>([
    ['an unknown step', () => runner.spin('nowhere')],
    ['unknown parameters', () => runner.run({ params: { n: 1 } as never })],
    ['nothing to resume', () => runner.resume({ from: 99 })],
    ['no run to take inputs from', () => new Runner(matched).spin(good)],
    ['a file that is not there', () => new Runner('missing.flow.ts')],
    ['a name instead of a file', () => new Runner('missing')],
    ['what is no flow', () => new Runner({} as never)],
    ['a pathspec that is none', () => runner.spin(good, { from: 'x/y/z/1/2/3' })],
    ['an artifact that was not returned', async () => (await spinGood()).artifacts['b2' as never]],
    ['a matcher of something else', () => expect(5).toSucceed()],
  ])('%s', async (_, work) => {
    const error = (await caught(work)) as Error;
    expect(top(error)).toContain('matchers.test.ts');
    expect(error.stack).toContain(error.message.split('\n')[0]);
  });
});

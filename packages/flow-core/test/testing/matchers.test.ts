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
const runner = new Runner(f.end(bad));
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

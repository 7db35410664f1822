/** The table of step options: each is known to the rules, and only what changes no result stays out of cache keys. */
import { changesNoResult, STEP_OPTIONS, stepOptions } from '../../src/definition/options';

test('only `secrets`, `resources`, `queue`, `concurrency`, `rate` and `cache` change no result', () => {
  expect(Object.keys(STEP_OPTIONS).filter(changesNoResult)).toEqual([
    'secrets',
    'resources',
    'queue',
    'concurrency',
    'rate',
    'cache',
  ]);
});

test('the artifact that a switch decides on is in the key', () => {
  expect(STEP_OPTIONS.on).toMatchObject({ inKey: true, kind: 'switch' });
});

test('a name that is no option is in the key', () => {
  expect(changesNoResult('timout')).toBe(false);
});

test('each option has one line of help', () => {
  for (const [, { help }] of stepOptions) expect(help).toMatch(/^[^\n]+[^.\n]$/);
});

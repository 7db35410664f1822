/** The tasks of a run that goes on are read no more often than it pays, and what is told is never from before the question. */
import type { Run, StepCounts } from '@nx-flow/core/ui';
import { RunCounts } from '../../../src/server/read/counts';

/** A run whose every look takes some time, and says how many there were before. */
function runOf(finished: boolean) {
  let looks = 0;
  const stepCounts = async (): Promise<Map<string, StepCounts>> => {
    const done = looks++;
    await new Promise((resolve) => setTimeout(resolve, 10));
    return new Map([['start', { done, caught: 0, failed: 0, running: 1, totalMs: 0 }]]);
  };
  return {
    run: { pathspec: 'movies/1', finished, stepCounts } as unknown as Run<unknown>,
    looks: () => looks,
  };
}

test('who asks while a look waits gets that one; who asks when it has begun gets the next', async () => {
  const counts = new RunCounts();
  const { run, looks } = runOf(false);
  const first = counts.of(run);
  const done = async (of: ReturnType<RunCounts['of']>) => (await of).get('start')?.done;
  expect(await done(first)).toBe(0);
  const together = [counts.of(run), counts.of(run), counts.of(run)];
  expect(looks()).toBe(1);
  expect(await Promise.all(together.map(done))).toEqual([1, 1, 1]);
  expect(looks()).toBe(2);
});

test('of a run that has ended each question is a look: its row says it', async () => {
  const counts = new RunCounts();
  const { run, looks } = runOf(true);
  await Promise.all([counts.of(run), counts.of(run)]);
  expect(looks()).toBe(2);
});

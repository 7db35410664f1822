/** Cards that all tasks of a step show together: while the run goes on as they were heard last, and then as they are recorded. */
import type { Run } from '@nx-flow/core/ui';
import type { SharedCardEntry } from '../../api/routes';
import type { LiveCards } from '../live/cards';

export async function sharedOfStep(
  run: Run<unknown>,
  step: string,
  cards: LiveCards,
): Promise<SharedCardEntry[]> {
  const live = cards.of(`${run.pathspec}/${step}`);
  if (live.length > 0)
    return live.map(({ id, document: { title } }) => ({
      step,
      id,
      ...(title === undefined ? {} : { title }),
      bytes: 0,
    }));
  const recorded = await run.step(step).cards();
  return recorded.map(({ id, title, bytes }) => ({
    step,
    id,
    ...(title === undefined ? {} : { title }),
    bytes,
  }));
}

export async function sharedOfRun(run: Run<unknown>, cards: LiveCards): Promise<SharedCardEntry[]> {
  const steps = await Promise.all(run.steps().map(({ name }) => sharedOfStep(run, name, cards)));
  return steps.flat();
}

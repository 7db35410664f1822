/** A task of which only its begin is known. */
import type { Run } from '@nx-flow/core/ui';
import type { TaskReply } from '../../api/routes';
import type { LiveCards } from '../live/cards';
import type { StartedTask } from '../live/started';

export function startedReply(run: Run<unknown>, { task, at }: StartedTask, cards: LiveCards): TaskReply {
  const { step, task: number = 0, index, iteration } = task;
  const pathspec = `${run.pathspec}/${step}/${number}`;
  return {
    ...{ pathspec, flow: run.flow, run: run.number, step, task: number, kind: run.step(step).kind },
    ...{ status: 'running', caught: false, startedAt: at, index },
    ...(iteration === undefined ? {} : { iteration }),
    attempts: [{ attempt: 0, startedAt: at, status: 'running' }],
    ...{
      inputs: [],
      outputs: [],
      params: [],
      parents: [],
      children: [],
      childrenOf: 0,
      commands: [],
      spin: false,
    },
    cards: cards.of(pathspec).map(({ id, attempt }) => ({ id, attempt, bytes: 0 })),
  };
}

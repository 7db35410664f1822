/** How events and messages of a run name its tasks. */
import { FlowError } from '../../definition/errors';
import type { TaskAddress } from '../task/flow-event';
import { type Planned, stackKey } from '../task/place';
import type { NumberedTask } from './recorder';

/** Returns a function for the addresses of a run's tasks. When the run hides its number, they have no numbers. */
export function addressing({
  flow,
  run,
}: Pick<TaskAddress, 'flow' | 'run'>): (task: NumberedTask) => TaskAddress {
  // Called twice for each task. Spreads would cost more than the rest of the event.
  return ({ step, number, stack, iteration }) => {
    const index = stack.map((frame) => frame.index);
    const address: TaskAddress =
      run === undefined ? { flow, step, index } : { flow, run, step, task: number, index };
    if (iteration !== undefined) address.iteration = iteration;
    return address;
  };
}

/** The error for a task that a handover lacks. @param only the step that is executed */
export function notHanded(flow: string, { step, stack }: Planned, only: string): FlowError {
  const where = stack.length > 0 ? ` at split ${stackKey(stack)}` : '';
  return new FlowError(
    'FLOW_HANDOVER',
    `"${only}" needs "${step}"${where}, which handed nothing over there: execute "${step}" again, as \`nx-flow step ${flow} ${step}\`.`,
    { exit: 1 },
  );
}

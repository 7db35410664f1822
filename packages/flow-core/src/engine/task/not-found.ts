/** What a user names and what is not there: a step, a task, a pathspec of another flow. Each has its sentence here. */
import { FlowError, suggest } from '../../definition/errors';
import type { Pathspec } from '../../store/pathspec';
import { formatLabel, type Label } from './label';

/** How many tasks a sentence names. */
const NAMED = 5;

/** @param where the flow or the run: `movies`, `movies/12` @throws FlowError FLOW_STEP_NOT_FOUND */
export function requireStepIn(where: string, names: Iterable<string>, step: string): void {
  const known = [...names];
  if (known.includes(step)) return;
  const message = `There is no step "${step}" in ${where}. ${suggest(step, known)}`;
  throw new FlowError('FLOW_STEP_NOT_FOUND', message);
}

/** @param text the pathspec as it was written @throws FlowError FLOW_PATHSPEC_FLOW */
export function requireSameFlow(flow: string, spec: Pathspec, text: string): void {
  if (spec.flow === undefined || spec.flow === flow) return;
  const message = `"${text}" is a pathspec of the flow "${spec.flow}", but this is "${flow}".`;
  throw new FlowError('FLOW_PATHSPEC_FLOW', message);
}

/**
 * FLOW_TASK_NOT_FOUND
 * @param tasks the numbers of the step's first tasks: one more than are named, if there are so many
 */
export function noTask(asked: Required<Label>, tasks: readonly number[]): FlowError {
  const { flow, ...inFlow } = asked;
  const named = tasks.slice(0, NAMED).map((task) => formatLabel({ ...inFlow, task }));
  const there =
    tasks.length > 0
      ? `Its tasks: ${named.join(', ')}${tasks.length > NAMED ? ', …' : ''}.`
      : `That run has no task of "${asked.step}".`;
  return new FlowError('FLOW_TASK_NOT_FOUND', `There is no task ${formatLabel(asked)}. ${there}`);
}

/** FLOW_TASK_NOT_FOUND @param step its pathspec */
export function noTasks(step: string): FlowError {
  return new FlowError('FLOW_TASK_NOT_FOUND', `${step} has no task: the run did not reach that step.`);
}

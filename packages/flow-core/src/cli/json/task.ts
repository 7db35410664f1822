/** The JSON of a task in `show`. */
import { fullPathspec } from '../../engine/task/label';
import type { RunRow, TaskRow } from '../../store/rows/rows';
import { isCaught } from '../render/status';
import type { TaskJson } from './shapes';

export function taskJson(run: RunRow, row: TaskRow): TaskJson {
  const {
    step,
    task,
    kind,
    status,
    parents,
    base,
    stack,
    iteration,
    case: chosen,
    durationMs,
    startedAt,
    error,
  } = row;
  const { attempt, origin, spunFrom } = row;
  return {
    pathspec: `${run.flow}/${run.run}/${step}/${task}`,
    kind,
    status,
    ...(isCaught(row) ? { caught: true } : {}),
    attempt,
    ...(origin === undefined ? {} : { origin: `${run.flow}/${origin}` }),
    ...(spunFrom === undefined ? {} : { spunFrom }),
    parents: parents.map((label) => fullPathspec(run.flow, run.run, label)),
    ...(base === undefined ? {} : { base: fullPathspec(run.flow, run.run, base) }),
    index: stack.map(({ index }) => index),
    iteration,
    case: chosen,
    startedAt,
    durationMs,
    error: error && { name: error.name, message: error.message },
  };
}

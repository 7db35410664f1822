/** The JSON of `run` and `resume`. */
import type { RunDone } from '../../engine/task/flow-event';
import type { ErrorRecord } from '../../store/rows';
import type { ErrorJson, RunJson } from './shapes';

export function runJson({ flow, run, status, durationMs, tasks, error }: RunDone): RunJson {
  return {
    pathspec: `${flow}/${run}`,
    status: status as RunJson['status'],
    durationMs: Math.round(durationMs),
    tasks,
    ...(error ? { error: errorJson(error) } : {}),
  };
}

export function errorJson({ name, message, code }: ErrorRecord): ErrorJson {
  return { name, message, ...(code === undefined ? {} : { code }) };
}

/** The JSON of `run` and `resume`. */
import type { RunOutcome } from '../../engine/run/options';
import type { ErrorRecord } from '../../store/rows/rows';
import type { ErrorJson, RunJson } from './shapes';

export function runJson({ pathspec, status, durationMs, tasks, error }: RunOutcome): RunJson {
  return {
    pathspec,
    status: status as RunJson['status'],
    durationMs: Math.round(durationMs),
    tasks,
    ...(error ? { error: errorJson(error) } : {}),
  };
}

export function errorJson({ name, message, code }: ErrorRecord): ErrorJson {
  return { name, message, ...(code === undefined ? {} : { code }) };
}

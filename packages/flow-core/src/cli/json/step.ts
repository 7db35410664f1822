/** The JSON of `step`. */
import type { StepDone, StepStillValid } from '../../engine/task/flow-event';
import { errorJson } from './run';
import type { StepJson } from './shapes';

export function stepJson(event: StepDone | StepStillValid): StepJson {
  const { step, outputs: outputPath } = event;
  if (event.type === 'step-still-valid') return { step, status: 'done', stillValid: true, outputPath };
  const { status, chosen, durationMs, tasks, error } = event;
  return {
    step,
    status: status as StepJson['status'],
    chosen: chosen ?? null,
    durationMs: Math.round(durationMs),
    tasks: { done: tasks.done, failed: tasks.failed },
    outputPath,
    ...(error ? { error: errorJson(error) } : {}),
  };
}

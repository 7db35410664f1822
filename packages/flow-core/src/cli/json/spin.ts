/** Fills the JSON of `spin` and `spin --all`: the shapes are `SpinJson` and `SpinAllJson` of `shapes.ts`. */
import type { SpinDone, SpinsDone } from '../../engine/task/flow-event';
import { cut } from '../render/text';
import { errorJson } from './run';
import type { SpinAllJson, SpinJson } from './shapes';

/** Characters of a preview. */
const PREVIEW = 120;

export function spinJson(done: SpinDone): SpinJson {
  const { step, origin, index, status, artifacts, outputs, error, hints, persisted } = done;
  return {
    step,
    origin: origin ?? null,
    ...(index.length > 0 ? { index } : {}),
    status: status as SpinJson['status'],
    durationMs: roundedMs(done.durationMs),
    artifacts: Object.fromEntries(
      artifacts.map(({ name, preview, ...rest }) => [name, { ...rest, preview: cut(preview, PREVIEW) }]),
    ),
    outputPath: outputs ?? '',
    ...(error ? { error: errorJson(error) } : {}),
    ...(hints.length > 0 ? { hints } : {}),
    ...(persisted === undefined ? {} : { persisted }),
  };
}

export function spinAllJson(done: SpinsDone): SpinAllJson {
  const { flow, step, run, status, durationMs, spins, without, outputs, persisted } = done;
  return {
    step,
    origin: `${flow}/${run}`,
    status: status as SpinAllJson['status'],
    durationMs: roundedMs(durationMs),
    splits: spins.map((spin) => ({
      index: spin.index,
      item: spin.item ?? '',
      ...spinJson(spin),
      originMs: spin.originMs ?? null,
    })),
    without,
    outputPath: outputs,
    ...(persisted === undefined ? {} : { persisted }),
  };
}

function roundedMs(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

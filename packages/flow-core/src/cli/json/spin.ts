/** Fills the JSON of the forms of `spin`: the shapes are in `shapes.ts`. */
import type { SpinDone, SpinsDone, SweepDone, ThroughDone } from '../../engine/task/flow-event';
import { cut } from '../render/text';
import { errorJson } from './run';
import type { SpinAllJson, SpinJson, SpunTaskJson, SweepJson, ThroughJson } from './shapes';

/** Characters of a preview. */
const PREVIEW = 120;

export function spinJson(done: SpinDone): SpinJson {
  const { step, origin, index, status, artifacts, outputs, cards = [], error, hints, persisted } = done;
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
    ...(cards.length > 0 ? { cards: cards.map(({ id, file }) => ({ id, file: file ?? '' })) } : {}),
    ...(error ? { error: errorJson(error) } : {}),
    ...(hints.length > 0 ? { hints } : {}),
    ...(persisted === undefined ? {} : { persisted }),
  };
}

export function spinAllJson(done: SpinsDone): SpinAllJson {
  const { flow, step, run, status, durationMs, spins, without, outputs, cards = [], persisted } = done;
  return {
    step,
    origin: `${flow}/${run}`,
    status: status as SpinAllJson['status'],
    durationMs: roundedMs(durationMs),
    splits: spins.map(splitJson),
    without,
    outputPath: outputs,
    ...(cards.length > 0 ? { cards: cards.map(({ id, file }) => ({ id, file: file ?? '' })) } : {}),
    ...(persisted === undefined ? {} : { persisted }),
  };
}

export function sweepJson({ flow, step, status, durationMs, origins, spins, without }: SweepDone): SweepJson {
  return {
    step,
    status: status as SweepJson['status'],
    durationMs: roundedMs(durationMs),
    origins: origins.map(({ run, params }) => ({ origin: `${flow}/${run}`, params })),
    spins: spins.map(taskJson),
    without: without.map(({ run, ...one }) => ({ origin: `${flow}/${run}`, ...one })),
  };
}

export function throughJson(done: ThroughDone): ThroughJson {
  const { flow, step, through, run, status, durationMs, steps, ended, cases } = done;
  const isThere = steps.some((one) => one.step === through && one.spins.length > 0);
  return {
    ...{ step, through },
    origin: run === undefined ? null : `${flow}/${run}`,
    status: status as ThroughJson['status'],
    reached: isThere && status === 'done',
    durationMs: roundedMs(durationMs),
    steps: steps.map((one) => ({ step: one.step, spins: one.spins.map(taskJson) })),
    cases,
    ...(ended === undefined ? {} : { ended }),
  };
}

function splitJson(spin: SpinDone) {
  return {
    ...{ index: spin.index, item: spin.item ?? '' },
    ...spinJson(spin),
    originMs: spin.originMs ?? null,
  };
}

function taskJson(spin: SpinDone): SpunTaskJson {
  return { ...(spin.iteration === undefined ? {} : { iteration: spin.iteration }), ...splitJson(spin) };
}

function roundedMs(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

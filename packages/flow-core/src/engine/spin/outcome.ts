/** What a spin gives back, and how its artifacts compare with those of the task before. */
import { foreachOf, type Graph, type StepNode } from '../../definition/graph';
import { cardFile } from '../../environment/output-folders';
import type { ErrorRecord, Status } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import type { KeptCard } from '../cards/render-cards';
import { originOf, type Resolved } from '../inputs/resolved';
import type { Output } from '../outputs/artifacts';
import { recordedOutputs } from '../record/read';
import type { Change } from '../task/change';
import type { ArtifactDifference } from '../task/difference';
import type { SpinDone, SpinStarted, SpunCard } from '../task/flow-event';
import { previewOf } from '../task/preview';
import type { OutputFile, TaskResult } from '../task/task';
import type { Visible } from '../task/view';

/** What a task returned, in its order, beside what its origin had. @param shown the value, or a line that shows it */
export function compareOutputs(
  before: ReadonlyMap<string, Visible>,
  result: TaskResult,
  shown: (name: string) => Shown,
): SpinArtifact[] {
  const changeOf = (name: string, digest: string): Change => {
    const old = before.get(name);
    return !old ? 'new' : old.digest === digest ? 'same' : 'changed';
  };
  const artifacts: SpinArtifact[] = [];
  for (const [name, { type, size, digest }] of result.stored) {
    artifacts.push({ name, type, size, digest, change: changeOf(name, digest), ...shown(name) });
  }
  for (const [name, reference] of result.references) {
    const { type, size, digest } = reference;
    artifacts.push({ name, type, size, digest, change: changeOf(name, digest), reference });
  }
  const returned = new Set(artifacts.map(({ name }) => name));
  for (const [name, { type, size, digest }] of before) {
    if (!returned.has(name)) artifacts.push({ name, type, size, digest, change: 'gone' });
  }
  return artifacts;
}

/** What there is to be written of an outcome: not what only the origin had. */
export function outputsOf({ artifacts }: SpinOutcome): SpinArtifact[] {
  return artifacts.filter(({ change }) => change !== 'gone');
}

/** What the origin task returned, to compare with. */
export async function outputsBefore(
  graph: Graph,
  store: Store,
  { run, origin }: Resolved,
): Promise<Map<string, Visible>> {
  return run && origin?.status === 'done'
    ? recordedOutputs(store, graph.flow, run.run, origin)
    : new Map<string, Visible>();
}

/** An output; its value or reference is absent where only the origin had it (`gone`). */
export interface SpinArtifact extends Output {
  change: Change;
  /** Where it lies, if the step passed it on by reference. */
  reference?: Visible;
  /** A line that shows the value. */
  preview?: string;
  /** What differs from the value before, where that was asked for. */
  difference?: ArtifactDifference;
}

/** What there is of a value, besides what is recorded. */
export type Shown = Pick<SpinArtifact, 'value' | 'preview' | 'form'>;

export interface SpinOutcome {
  step: string;
  /** The task or the run that gave the inputs. */
  origin: string | undefined;
  /** The number of the run that gave the inputs. */
  run: number | undefined;
  /** Milliseconds that the origin task took. */
  originMs: number | undefined;
  status: Status;
  durationMs: number;
  /** The split, outermost first; empty outside a foreach. */
  index: number[];
  iteration?: number;
  artifacts: SpinArtifact[];
  /** Those that are files already. */
  files?: OutputFile[];
  /** What it showed. Absent where it showed nothing. */
  cards?: KeptCard[];
  error?: ErrorRecord;
  thrown?: unknown;
  /** Artifacts that the step read and that were not there, with what to know about it: where it ends well, too. */
  hints: string[];
  /** Of a persisted spin: its pathspec in the store of persisted spins, `movies/3/train/1`. */
  persisted?: string;
}

/** What one split of a spin of all splits gives back. */
export interface SplitOutcome extends SpinOutcome {
  /** The item of the split list on one line. */
  item: string;
  startedAt: number;
}

/** Step options that a spin does not apply: it shows the error as it is. */
const NOT_APPLIED = ['retry', 'catch'] as const;

export function notApplied({ options }: StepNode): string[] {
  return NOT_APPLIED.filter((option) => options[option] !== undefined);
}

/** The first event of a spin. */
export function spinStarted(graph: Graph, resolved: Resolved): SpinStarted {
  const { node, run, base, stack, iteration, passedOver, otherCase, otherSplit } = resolved;
  const empty = base === undefined ? undefined : foreachOf(graph, node);
  const origin = originOf(graph, resolved);
  return {
    type: 'spin-started',
    flow: graph.flow,
    step: node.name,
    ...(origin === undefined ? {} : { origin }),
    ...(run === undefined ? {} : { run: run.run }),
    splits: stack.map(({ index, count }) => ({ index, count })),
    ...(iteration === undefined ? {} : { iteration }),
    passedOver,
    notApplied: notApplied(node),
    ...(otherSplit === undefined ? {} : { otherSplit }),
    ...(otherCase === undefined ? {} : { otherCase: otherCase }),
    ...(empty === undefined ? {} : { empty }),
  };
}

/** Characters of a preview in an event: wide enough for a terminal's line, small enough to be sent. */
export const PREVIEW = 200;

/** The last event of a spin. @param outputs The folder of its outputs, from the workspace's root. */
export function spinDone(
  flow: string,
  outcome: SpinOutcome & { item?: string },
  outputs: string | undefined,
): SpinDone {
  const {
    step,
    index,
    iteration,
    item,
    origin,
    run,
    originMs,
    status,
    durationMs,
    artifacts,
    error,
    hints,
    persisted,
    cards = [],
  } = outcome;
  return {
    ...{ type: 'spin-done', flow, step, index, status, durationMs, hints: [...new Set(hints)] },
    ...(iteration === undefined ? {} : { iteration }),
    ...(item === undefined ? {} : { item }),
    ...(origin === undefined ? {} : { origin }),
    ...(run === undefined ? {} : { run }),
    ...(originMs === undefined ? {} : { originMs }),
    artifacts: artifacts.map((artifact) => {
      const { name, type, size, digest, change, difference } = artifact;
      const preview = previewOfArtifact(artifact);
      return { name, type, size, digest, change, preview, ...(difference ? { difference } : {}) };
    }),
    ...(cards.length > 0 ? { cards: cards.map((card) => spunCard(card, outputs)) } : {}),
    ...(error ? { error } : {}),
    ...(outputs === undefined ? {} : { outputs }),
    ...(persisted === undefined ? {} : { persisted: persisted }),
  };
}

export function spunCard({ id, title }: KeptCard, outputs: string | undefined): SpunCard {
  const file = outputs === undefined ? {} : { file: `${outputs}/${cardFile(id)}` };
  return { id, ...(title === undefined ? {} : { title }), ...file };
}

/** A reference is not decoded for it. */
function previewOfArtifact({ change, value, reference, preview }: SpinArtifact): string {
  if (reference) return `from ${reference.at}`;
  if (change === 'gone') return '';
  return preview ?? previewOf(value, PREVIEW);
}

/** What a spin gives back, and how its artifacts compare with those of the task before. */
import type { Graph } from '../../definition/graph';
import type { ErrorRecord, Status } from '../../store/rows';
import type { Store } from '../../store/store';
import type { Change } from '../change';
import type { Resolved } from '../inputs/resolved';
import { recordedOutputs } from '../record/read';
import type { TaskResult } from '../task/task';
import type { Visible } from '../task/view';

/** What a task returned, in its order, beside what its origin had. @param shown The value, or a line that stands for it. */
export function compareOutputs(
  before: ReadonlyMap<string, Visible>,
  result: TaskResult,
  shown: (name: string) => Pick<SpinArtifact, 'value' | 'preview'>,
): SpinArtifact[] {
  const changeOf = (name: string, digest: string): Change => {
    const old = before.get(name);
    return !old ? 'new' : old.digest === digest ? 'same' : 'changed';
  };
  const artifacts: SpinArtifact[] = [];
  for (const [name, { type, size, digest }] of result.own) {
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

export interface SpinArtifact {
  name: string;
  type: string;
  size: number;
  digest: string;
  change: Change;
  /** What it is: a value that the step returned, or one that it passed on by reference. Absent when gone. */
  value?: unknown;
  reference?: Visible;
  /** A line in the place of a value that is in another process. */
  preview?: string;
}

export interface SpinOutcome {
  step: string;
  /** The task or the run that gave the inputs. */
  origin: string | undefined;
  /** Milliseconds that the origin task took. */
  originMs: number | undefined;
  status: Status;
  durationMs: number;
  /** The split, outermost first; empty outside a foreach. */
  index: number[];
  artifacts: SpinArtifact[];
  error?: ErrorRecord;
  thrown?: unknown;
  /** Artifacts that the step read and that were not there, with what to know about it: where it ends well, too. */
  hints: string[];
  /** Of a spin that is kept: its pathspec in the store of kept spins, `movies/3/train/1`. */
  kept?: string;
}

/** The backend of a Runner, which executes in this process or in another. */
import type { TaskCounts } from '../engine/task/flow-event';
import type { Pathspec } from '../store/pathspec';
import type { Store } from '../store/store';
import type { Codecs } from '../store/values/artifacts';

export interface SpinRequest {
  step: string;
  /** A run or, with `task`, a task of it. Undefined means the newest run that has inputs. */
  from: Pathspec | undefined;
  /** Artifacts that override the recorded ones. */
  given: Record<string, unknown>;
  /** All artifacts that the step sees, instead of recorded ones. */
  alone: { artifacts: unknown } | undefined;
  params: Record<string, unknown>;
  index: readonly number[] | undefined;
  iteration: number | undefined;
  /** Options of the step that are left out. */
  without: readonly string[];
  namespace: string;
  /** Record it in the store of persisted spins. */
  persist: boolean;
}

export interface SpinReply {
  step: string;
  status: 'done' | 'failed';
  error: Error | undefined;
  durationMs: number;
  origin: string | undefined;
  index: readonly number[];
  stdout: string;
  stderr: string;
  artifacts: [name: string, read: () => unknown][];
  /** What it showed. */
  cards: readonly ShownCard[];
  /** Hints about artifacts that it read and that do not exist. */
  hints: readonly string[];
  /** Its pathspec in the store of persisted spins. */
  persisted: string | undefined;
}

/** A card: one HTML file. */
export interface ShownCard {
  /** `default` for what the step has as `card`. */
  readonly id: string;
  readonly title?: string;
  readonly html: string;
}

export interface RunRequest {
  params: Record<string, unknown>;
  tags: readonly string[];
  namespace: string;
  /** For a resumed run: the run that it takes over from, and the first step that it executes again. */
  resume: { from: Pathspec | undefined; step: string | undefined } | undefined;
}

export interface RunReply {
  flow: string;
  run: number;
  status: 'done' | 'failed';
  durationMs: number;
  tasks: TaskCounts;
  error: Error | undefined;
}

/** Failures of a step are part of the reply; bad usage rejects with a FlowError. */
export interface Backend {
  spin(request: SpinRequest): Promise<SpinReply>;
  run(request: RunRequest): Promise<RunReply>;
  /** The flow's codecs, if this process can load them. */
  codecs(): Promise<Codecs>;
  /** The store of its runs. */
  store(): Store;
  /** The store of persisted spins. */
  spins(): Store;
  dispose(): Promise<void>;
}

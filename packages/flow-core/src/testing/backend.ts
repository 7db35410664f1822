/** Who executes what a Runner is asked for: this process, or another. */
import type { TaskCounts } from '../engine/task/flow-event';
import type { Codecs } from '../store/artifacts';
import type { Pathspec } from '../store/pathspec';
import type { Store } from '../store/store';

export interface SpinRequest {
  step: string;
  /** A run, with `task` a task of it; undefined for the newest that has inputs. */
  from: Pathspec | undefined;
  /** On top of what was recorded. */
  given: Record<string, unknown>;
  /** All that the step sees, in the place of what was recorded. */
  alone: { artifacts: unknown } | undefined;
  params: Record<string, unknown>;
  index: readonly number[] | undefined;
  iteration: number | undefined;
  namespace: string;
  /** Keep it, in the store of kept spins. */
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
  /** What to know of artifacts that it read and that are not there. */
  hints: readonly string[];
  /** Its pathspec in the store of kept spins. */
  kept: string | undefined;
}

export interface RunRequest {
  params: Record<string, unknown>;
  tags: readonly string[];
  namespace: string;
  /** Of a resumed run: whom it takes over from, and from which step on it executes. */
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
  /** Those of the flow, as far as this process can have them. */
  codecs(): Promise<Codecs>;
  /** Where its runs are. */
  store(): Store;
  /** Where spins are kept. */
  spins(): Store;
  dispose(): Promise<void>;
}

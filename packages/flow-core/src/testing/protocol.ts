/** What a Runner and its child process say to each other: one request, one answer. */
import type { TaskCounts } from '../engine/events';
import type { ArtifactRecord, ErrorRecord } from '../store/rows';
import type { RunRequest, SpinRequest } from './backend';

export interface Order {
  file: string;
  /** The store's folder, where one is needed. */
  store: string | undefined;
  /** The folder of the store of kept spins. */
  spins: string;
  /** The folder of large values on their way. */
  values: string;
}
export type ToChild = Order &
  (
    | {
        type: 'spin';
        request: Omit<SpinRequest, 'given' | 'alone'>;
        /** The given ones, all in one. */
        artifacts: { record: ArtifactRecord; alone: boolean };
      }
    | { type: 'run'; request: RunRequest }
  );

export type FromChild =
  | {
      type: 'spun';
      step: string;
      error: ErrorRecord | undefined;
      durationMs: number;
      origin: string | undefined;
      index: number[];
      hints: string[];
      kept: string | undefined;
      artifacts: [name: string, record: ArtifactRecord][];
    }
  | {
      type: 'ran';
      flow: string;
      run: number;
      status: 'done' | 'failed';
      durationMs: number;
      tasks: TaskCounts;
      error: ErrorRecord | undefined;
    }
  /** Bad usage, or a flow that does not load. */
  | { type: 'refused'; error: ErrorRecord; exit: 1 | 2; problems: { code: string; message: string }[] };

/** The messages between a Runner and its child process: one request, one answer. */
import type { TaskCounts } from '../engine/task/flow-event';
import { fileAt, isFile } from '../store/cas/file';
import type { ArtifactRecord, ErrorRecord } from '../store/rows/rows';
import { isPlain } from '../store/values/builtin-class';
import type { RunRequest, ShownCard, SpinRequest } from './backend';

export interface Order {
  file: string;
  /** The store's folder, if one is needed. */
  store: string | undefined;
  /** The folder of the store of persisted spins. */
  spins: string;
  /** The folder of large values in transit. */
  values: string;
  /** How long importing the flow may take. Milliseconds. */
  importTimeoutMs: number;
}
export type ToChild = Order &
  (
    | {
        type: 'spin';
        request: Omit<SpinRequest, 'given' | 'alone'>;
        /** All given artifacts in one record. */
        artifacts: { record: ArtifactRecord; alone: boolean };
      }
    | { type: 'run'; request: RunRequest }
  );

/** The flow is imported: what ends the child from now on is no import. */
export interface ImportDone {
  type: 'imported';
}

/** The step ends the child by a call. The stack has the user's frames. */
export interface Leaving {
  type: 'leaving';
  stack: string;
}

/** The one answer. */
export type FromChild =
  | {
      type: 'spun';
      step: string;
      error: ErrorRecord | undefined;
      durationMs: number;
      origin: string | undefined;
      index: number[];
      hints: string[];
      persisted: string | undefined;
      cards: readonly ShownCard[];
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
      /** Whether the flow has its own codecs. */
      codecs: boolean;
    }
  /** Bad usage, or a flow that does not load. */
  | { type: 'refused'; error: ErrorRecord; exit: 1 | 2; problems: { code: string; message: string }[] };

/** The key of a file's path among given artifacts: the child has the same files. */
const FILE = '@nx-flow/core:file';

/** Artifacts are properties of one object, or of several in a list or object, one for each input. */
const DEPTH = 2;

/** Replaces files among given artifacts by their paths. */
export function packFiles(given: unknown): unknown {
  return mapArtifacts(given, (value) => (isFile(value) ? { [FILE]: value.path } : value));
}

export function unpackFiles(given: unknown): unknown {
  return mapArtifacts(given, (value) => {
    const path = (value as Record<string, unknown> | null | undefined)?.[FILE];
    return typeof path === 'string' ? fileAt(path) : value;
  });
}

function mapArtifacts(value: unknown, change: (value: unknown) => unknown, depth = 0): unknown {
  const changed = change(value);
  if (changed !== value || depth === DEPTH || typeof value !== 'object' || value === null) return changed;
  const of = (v: unknown) => mapArtifacts(v, change, depth + 1);
  if (Array.isArray(value)) return value.some((v) => of(v) !== v) ? value.map(of) : value;
  if (!isPlain(Object.getPrototypeOf(value) ?? Object.prototype)) return value;
  const entries = Object.entries(value).map(([key, v]) => [key, v, of(v)] as const);
  if (entries.every(([, before, after]) => before === after)) return value;
  return Object.fromEntries(entries.map(([key, , after]) => [key, after]));
}

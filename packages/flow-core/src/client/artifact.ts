/** An artifact: its metadata, and its value on demand. */
import { fullPathspec, taskOf } from '../engine/task/label';
import type { ArtifactRecord } from '../store/rows/rows';
import { decodeArtifact } from '../store/values/artifacts';
import type { Scope } from './scope';
import type { ArtifactView } from './types';

export class Artifact implements ArtifactView {
  readonly name: string;
  readonly #scope: Scope;
  readonly #at: string;
  readonly #record: ArtifactRecord;

  /** @param at the task that stored it, as `step/task` of this run or `run/step/task` of another */
  constructor(scope: Scope, at: string, name: string, record: ArtifactRecord) {
    this.#scope = scope;
    this.#at = at;
    this.name = name;
    this.#record = record;
  }

  /** Its pathspec, with the task that stored it: `movies/12/train/3/loss`. */
  get pathspec(): string {
    const { flow, run } = this.#scope.row;
    return `${fullPathspec(flow, run, this.#at)}/${this.name}`;
  }
  /** For people: `Array(3)`. */
  get type(): string {
    return this.#record.type;
  }
  /** Bytes as stored. */
  get size(): number {
    return this.#record.size;
  }
  /** Equal values have equal digests. */
  get digest(): string {
    return this.#record.digest;
  }
  /** sha256 of its bytes, when they are in their own file, as large values are. */
  get sha(): string | undefined {
    return this.#record.hash;
  }
  get codec(): string {
    return this.#record.codec;
  }

  /** The end of the task that stored it. */
  async createdAt(): Promise<Date | undefined> {
    const { store, row } = this.#scope;
    const { run, step, task } = taskOf(row.run, this.#at);
    const storing = await store.task(row.flow, run, step, task);
    return storing && new Date(storing.startedAt + (storing.durationMs ?? 0));
  }

  /**
   * Returns a new copy at every call. For a file, a handle.
   * @throws FlowError FLOW_CODEC_UNKNOWN when a codec of the flow stored it and the client has only the flow's
   * name
   */
  value(): unknown {
    return decodeArtifact(this.#record, this.#scope.store.cas, this.#scope.codecs);
  }
}

/** The values that a foreach shares among its splits, decoded once in a process. */
import { isFlowError } from '../../definition/errors';
import { frozen, Shared } from '../../definition/shared';
import type { ArtifactRecord } from '../rows/rows';
import { decodedKey } from './decoded-key';

/** Steps whose values are kept: branches may take turns in one process. */
const STEPS = 2;

type Read = (record: ArtifactRecord) => unknown;

export class SharedValues {
  readonly #decode: Read;
  readonly #copy: (value: object) => unknown;
  /** Of each step, by what is decoded; `whole` where each split decodes it. The step that was asked for last is the last. */
  readonly #steps = new Map<string, Map<string, Shared | 'whole'>>();

  /** @param copy copies an instance of a class */
  constructor(decode: Read, copy: (value: object) => unknown) {
    this.#decode = decode;
    this.#copy = copy;
  }

  /** What reads the values that a step shares. */
  of(step: string): Read {
    const values = this.#steps.get(step) ?? new Map<string, Shared | 'whole'>();
    this.#steps.delete(step);
    this.#steps.set(step, values);
    for (const oldest of this.#steps.keys()) {
      if (this.#steps.size <= STEPS) break;
      this.#steps.delete(oldest);
    }
    return (record) => {
      const key = decodedKey(record);
      let shared = values.get(key);
      if (!shared) {
        shared = new Shared(this.#decode(record));
        values.set(key, shared.isWhole ? 'whole' : shared);
        if (shared.isWhole) return shared.value;
      }
      if (shared === 'whole') return frozen(this.#decode(record));
      try {
        return shared.forSplit(this.#copy);
      } catch (error) {
        // What gives its bytes later cannot be copied now.
        if (!isFlowError(error) || error.code !== 'FLOW_CODEC_ASYNC') throw error;
        return frozen(this.#decode(record));
      }
    };
  }
}

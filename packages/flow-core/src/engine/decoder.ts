/** Reads artifacts for tasks: each task its own copy; a split list is decoded once, and each item copied out. */
import { deserialize, serialize } from 'node:v8';
import { decodeArtifact, encodeValue } from '../store/artifacts';
import type { Cas } from '../store/cas';
import { localize } from '../store/realm';
import type { ArtifactRecord } from '../store/rows';
import type { View } from './view';

/** Lists kept decoded: that of the foreach at hand, and those around it. */
const LISTS = 4;

export class Decoder {
  readonly #cas: Cas;
  readonly #lists = new Map<string, unknown[]>();

  constructor(cas: Cas) {
    this.#cas = cas;
  }

  readonly decode = (record: ArtifactRecord): unknown => decodeArtifact(record, this.#cas);

  readonly item = (view: View, over: string, index: number): unknown => {
    const record = view.entries.get(over);
    if (!record) return undefined;
    let list = this.#lists.get(record.digest);
    if (!list) {
      list = this.decode(record) as unknown[];
      this.#lists.set(record.digest, list);
      if (this.#lists.size > LISTS) this.#lists.delete(this.#lists.keys().next().value as string);
    }
    return copy(list[index]);
  };
}

/** A copy that is what storing and reading it would give. */
function copy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { meta, bytes, digest } = encodeValue('input', value);
  if (meta.codec === 'v8' || meta.codec === 'json')
    return decodeArtifact({ ...meta, digest: digest(), bytes }, NOWHERE);
  return localize(deserialize(serialize(value)));
}

const NOWHERE: Cas = {
  write: () => Promise.reject(new Error('not kept')),
  read: () => {
    throw new Error('not kept');
  },
};

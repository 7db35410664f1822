/** Reads artifacts for tasks: each task its own copy; a split list is decoded once, and each item copied out. */
import { deserialize, serialize } from 'node:v8';
import { type Codecs, decodeArtifact, encodeValue, isBuiltIn } from '../../store/artifacts';
import type { Cas } from '../../store/cas';
import { localize } from '../../store/foreign-realm';
import type { ArtifactRecord } from '../../store/rows';
import type { View } from './view';

/** Lists kept decoded: that of the foreach at hand, and those around it. */
const LISTS = 4;

export class Decoder {
  readonly #cas: Cas;
  readonly #codecs: Codecs;
  readonly #lists = new Map<string, unknown[]>();

  /** @param codecs those of the flow */
  constructor(cas: Cas, codecs?: Codecs) {
    this.#cas = cas;
    this.#codecs = codecs;
  }

  readonly decode = (record: ArtifactRecord): unknown => decodeArtifact(record, this.#cas, this.#codecs);

  readonly item = (view: View, over: string, index: number): unknown => {
    const record = view.entries.get(over);
    if (!record) return undefined;
    // What a codec of the flow puts into a list, nobody else can copy.
    if (!isBuiltIn(record)) return (this.decode(record) as unknown[])[index];
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
  const { meta, bytes, copied, digest } = encodeValue('input', value);
  if (copied) return decodeArtifact({ ...meta, digest: digest(), bytes }, NOWHERE);
  return localize(deserialize(serialize(value)));
}

const unkept = () => {
  throw new Error('not kept');
};
const NOWHERE: Cas = { write: unkept, writeFile: unkept, has: () => false, read: unkept, file: unkept };

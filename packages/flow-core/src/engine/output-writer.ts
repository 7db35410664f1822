/** What a spun task returned, as files, written by the process that executed it; and a line that shows each value. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type EncodedValue, encodeValue, keepEncoded } from '../store/artifacts';
import type { Cas } from '../store/cas';
import type { ArtifactRecord } from '../store/rows';
import { writeValue } from './outputs';
import { previewOf } from './preview';
import type { TaskResult } from './task';

/** Longest preview. Characters. */
const PREVIEW = 480;

export class OutputWriter {
  readonly #folder: string;
  readonly #keep: Cas | undefined;
  readonly #values = new Map<string, { value: unknown; encoded: EncodedValue }>();

  /** @param keep Where large values go, when the spin is kept; else their bytes are only in the files. */
  constructor(folder: string, keep: Cas | undefined) {
    this.#folder = folder;
    this.#keep = keep;
  }

  readonly encode = async (name: string, value: unknown): Promise<ArtifactRecord> => {
    const encoded = encodeValue(name, value);
    this.#values.set(name, { value, encoded });
    return this.#keep ? keepEncoded(encoded, this.#keep) : { ...encoded.meta, digest: encoded.digest() };
  };

  /** Writes the files. */
  finish(result: TaskResult): void {
    mkdirSync(join(this.#folder, 'artifacts'), { recursive: true });
    result.files = [];
    result.previews = {};
    for (const [name, { type, size, digest }] of result.own) {
      const { value, encoded } = this.#values.get(name) as { value: unknown; encoded: EncodedValue };
      result.files.push(writeValue(this.#folder, { name, type, size, digest }, value, encoded));
      result.previews[name] = previewOf(value, PREVIEW);
    }
  }
}

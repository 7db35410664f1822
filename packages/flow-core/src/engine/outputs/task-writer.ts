/** Writes the results of a spun task as files, in the process that executed it, and previews each value. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Codecs,
  type EncodedValue,
  encodeArtifact,
  encodeValue,
  keepEncoded,
  unkeptArtifact,
} from '../../store/artifacts';
import type { Cas } from '../../store/cas';
import { type FileArtifact, isFile } from '../../store/file';
import type { ArtifactRecord } from '../../store/rows';
import { previewOf } from '../task/preview';
import type { TaskResult } from '../task/task';
import { writeFileArtifact, writeValue } from './artifacts';

/** Longest preview. Characters. */
const PREVIEW = 480;

export class OutputWriter {
  readonly #folder: string;
  readonly #persistedCas: Cas | undefined;
  readonly #codecs: Codecs;
  readonly #values = new Map<string, { value: unknown; encoded?: EncodedValue }>();

  /**
   * @param persistedCas Where large values also go when the spin is persisted. Otherwise their bytes are only in the files.
   * @param codecs the flow's codecs
   */
  constructor(folder: string, persistedCas: Cas | undefined, codecs: Codecs) {
    this.#folder = folder;
    this.#persistedCas = persistedCas;
    this.#codecs = codecs;
  }

  readonly encode = async (name: string, value: unknown): Promise<ArtifactRecord> => {
    if (isFile(value)) {
      this.#values.set(name, { value });
      return this.#persistedCas
        ? encodeArtifact(name, value, this.#persistedCas)
        : unkeptArtifact(name, value);
    }
    const encoded = encodeValue(name, value, this.#codecs);
    this.#values.set(name, { value, encoded });
    return this.#persistedCas
      ? keepEncoded(encoded, this.#persistedCas)
      : { ...encoded.meta, digest: encoded.digest() };
  };

  async finish(result: TaskResult): Promise<void> {
    mkdirSync(join(this.#folder, 'artifacts'), { recursive: true });
    result.files = [];
    result.previews = {};
    for (const [name, { type, size, digest }] of result.stored) {
      const { value, encoded } = this.#values.get(name) as { value: unknown; encoded?: EncodedValue };
      const about = { name, type, size, digest };
      result.files.push(
        encoded
          ? writeValue(this.#folder, about, value, encoded)
          : await writeFileArtifact(this.#folder, about, value as FileArtifact),
      );
      result.previews[name] = previewOf(value, PREVIEW);
    }
  }
}

/** Writes the results of a spun task as files, in the process that executed it, and previews each value. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Codecs,
  encodeLater,
  keepEncoded,
  type Taken,
  takenFile,
  takenValue,
  whenEncoded,
} from '../../store/artifacts';
import type { Cas } from '../../store/cas';
import { type FileArtifact, isFile } from '../../store/file';
import { storeFile, unkeptFile } from '../../store/file-record';
import { encodedPreview, previewOf } from '../task/preview';
import type { TaskResult } from '../task/task';
import { type NaturalForm, naturalForm, writeFileArtifact, writeForm } from './artifacts';

/** Longest preview. Characters. */
const PREVIEW = 480;

export class OutputWriter {
  readonly #folder: string;
  readonly #persistedCas: Cas | undefined;
  readonly #codecs: Codecs;
  readonly #files = new Map<string, { file: FileArtifact | NaturalForm; preview: string }>();

  /**
   * @param persistedCas Where large values also go when the spin is persisted. Otherwise their bytes are only in the files.
   * @param codecs the flow's codecs
   */
  constructor(folder: string, persistedCas: Cas | undefined, codecs: Codecs) {
    this.#folder = folder;
    this.#persistedCas = persistedCas;
    this.#codecs = codecs;
  }

  readonly take = (name: string, value: unknown): Taken | Promise<Taken> => {
    const cas = this.#persistedCas;
    if (isFile(value)) {
      this.#files.set(name, { file: value, preview: previewOf(value, PREVIEW) });
      return takenFile(value, (look) => (cas ? storeFile(value, cas, look) : unkeptFile(name, value, look)));
    }
    return whenEncoded(encodeLater(name, value, this.#codecs), (encoded) => {
      const { meta, digest } = encoded;
      this.#files.set(name, {
        file: naturalForm(encoded, this.#codecs),
        preview: encodedPreview(encoded, PREVIEW, this.#codecs),
      });
      return takenValue(encoded, () => (cas ? keepEncoded(encoded, cas) : { ...meta, digest: digest() }));
    });
  };

  async finish(result: TaskResult): Promise<void> {
    mkdirSync(join(this.#folder, 'artifacts'), { recursive: true });
    result.files = [];
    result.previews = {};
    for (const [name, { type, size, digest }] of result.stored) {
      const { file, preview } = this.#files.get(name) as {
        file: FileArtifact | NaturalForm;
        preview: string;
      };
      const about = { name, type, size, digest };
      result.files.push(
        isFile(file)
          ? await writeFileArtifact(this.#folder, about, file)
          : writeForm(this.#folder, about, file),
      );
      result.previews[name] = preview;
    }
  }
}

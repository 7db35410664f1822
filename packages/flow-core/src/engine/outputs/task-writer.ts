/** Writes the results of a spun task as files, in the process that executed it, and previews each value. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Cas } from '../../store/cas/cas';
import { type FileArtifact, isFile } from '../../store/cas/file';
import {
  COPY_LIMIT,
  type Codecs,
  encodeLater,
  keepEncoded,
  type Taken,
  takenFile,
  takenValue,
  whenEncoded,
} from '../../store/values/artifacts';
import { storeFile, unkeptFile } from '../../store/values/file-record';
import { encodedPreview, previewOf } from '../task/preview';
import type { OutputFile, TaskResult } from '../task/task';
import { type NaturalForm, naturalForm, writeFileArtifact, writeForm } from './artifacts';
import { writePieces } from './pieces';

/** Longest preview. Characters. */
export const LONGEST_PREVIEW = 480;

/** What there is to write of a value; or its file, where that is written already. */
interface Written {
  file: FileArtifact | NaturalForm | OutputFile;
  preview: string;
}

export class OutputWriter {
  readonly #folder: string;
  readonly #persistedCas: Cas | undefined;
  readonly #codecs: Codecs;
  readonly #files = new Map<string, Written>();

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
      this.#files.set(name, { file: value, preview: previewOf(value, LONGEST_PREVIEW) });
      return takenFile(value, (look) => (cas ? storeFile(value, cas, look) : unkeptFile(name, value, look)));
    }
    return whenEncoded(encodeLater(name, value, this.#codecs, COPY_LIMIT), (encoded) => {
      const { meta, digest } = encoded;
      const preview = encodedPreview(encoded, LONGEST_PREVIEW, this.#codecs);
      if (encoded.rest) {
        return takenValue(encoded, async (look) => {
          const { folder, codecs } = { folder: this.#folder, codecs: this.#codecs };
          const { record, file } = await writePieces(name, encoded, { folder, cas, codecs, look });
          this.#files.set(name, { file, preview });
          return record;
        });
      }
      this.#files.set(name, {
        file: naturalForm(encoded, this.#codecs),
        preview,
      });
      return takenValue(encoded, () => (cas ? keepEncoded(encoded, cas) : { ...meta, digest: digest() }));
    });
  };

  async finish(result: TaskResult): Promise<void> {
    mkdirSync(join(this.#folder, 'artifacts'), { recursive: true });
    result.files = [];
    result.previews = {};
    for (const [name, { type, size, digest }] of result.stored) {
      const { file, preview } = this.#files.get(name) as Written;
      const about = { name, type, size, digest };
      result.files.push(
        isFile(file)
          ? await writeFileArtifact(this.#folder, about, file)
          : Array.isArray(file)
            ? writeForm(this.#folder, about, file)
            : file,
      );
      result.previews[name] = preview;
    }
  }
}

/** What a spun step returned: read once, with what is shown of it and what is written of it. */

import type { Cas } from '../../store/cas/cas';
import { isFile, type Look } from '../../store/cas/file';
import {
  COPY_LIMIT,
  type Codecs,
  type EncodedValue,
  encodeLater,
  keepEncoded,
  type Taken,
  takenFile,
  takenValue,
  whenEncoded,
} from '../../store/values/artifacts';
import { storeFile, unkeptFile } from '../../store/values/file-record';
import { naturalForm } from '../outputs/artifacts';
import { encodedPreview } from '../task/preview';
import type { OutputFile } from '../task/task';
import { PREVIEW, type Shown } from './outcome';

export class Returned {
  readonly #codecs: Codecs;
  readonly #cas: Cas | undefined;
  readonly #folder: (() => string) | undefined;
  /** Those that were written when they were kept. */
  readonly files: OutputFile[] = [];
  readonly #shown = new Map<string, Shown>();

  /**
   * @param cas where large values are kept; undefined where nothing is
   * @param folder where the values are to be written as files
   */
  constructor(codecs: Codecs, { cas, folder }: { cas: Cas | undefined; folder: (() => string) | undefined }) {
    this.#codecs = codecs;
    this.#cas = cas;
    this.#folder = folder;
  }

  readonly take = (name: string, value: unknown): Taken | Promise<Taken> => {
    const cas = this.#cas;
    if (isFile(value)) {
      this.#shown.set(name, { value });
      return takenFile(value, (look) => (cas ? storeFile(value, cas, look) : unkeptFile(name, value, look)));
    }
    const folder = this.#folder;
    // Without files, somebody wants the value.
    return whenEncoded(encodeLater(name, value, this.#codecs, folder && COPY_LIMIT), (encoded) => {
      this.#shown.set(name, this.#show(encoded));
      const { meta, digest } = encoded;
      if (encoded.rest && folder)
        return takenValue(encoded, (look) => this.#keepPieces(name, encoded, folder(), look));
      return takenValue(encoded, () => (cas ? keepEncoded(encoded, cas) : { ...meta, digest: digest() }));
    });
  };

  readonly shown = (name: string): Shown => this.#shown.get(name) ?? {};

  async #keepPieces(name: string, encoded: EncodedValue, folder: string, look: Look | undefined) {
    const { writePieces } = await import('../outputs/pieces');
    const options = { folder, cas: this.#cas, codecs: this.#codecs, look };
    const { record, file } = await writePieces(name, encoded, options);
    this.files.push(file);
    return record;
  }

  #show(encoded: EncodedValue): Shown {
    const { value } = encoded;
    const preview = encodedPreview(encoded, PREVIEW, this.#codecs);
    return {
      value,
      preview,
      ...(this.#folder && !encoded.rest ? { form: naturalForm(encoded, this.#codecs) } : {}),
    };
  }
}

/** What a spun step returned: read once, with what is shown of it and what is written of it. */
import {
  type Codecs,
  type EncodedValue,
  encodeLater,
  keepEncoded,
  type Taken,
  takenFile,
  takenValue,
  whenEncoded,
} from '../../store/artifacts';
import type { Cas } from '../../store/cas';
import { isFile } from '../../store/file';
import { storeFile, unkeptFile } from '../../store/file-record';
import { naturalForm } from '../outputs/artifacts';
import { encodedPreview } from '../task/preview';
import { PREVIEW, type Shown } from './outcome';

export class Returned {
  readonly #codecs: Codecs;
  readonly #cas: Cas | undefined;
  readonly #files: boolean;
  readonly #shown = new Map<string, Shown>();

  /**
   * @param cas where large values are kept; undefined where nothing is
   * @param files whether the values are to be written as files
   */
  constructor(codecs: Codecs, { cas, files }: { cas: Cas | undefined; files: boolean }) {
    this.#codecs = codecs;
    this.#cas = cas;
    this.#files = files;
  }

  readonly take = (name: string, value: unknown): Taken | Promise<Taken> => {
    const cas = this.#cas;
    if (isFile(value)) {
      this.#shown.set(name, { value });
      return takenFile(value, (look) => (cas ? storeFile(value, cas, look) : unkeptFile(name, value, look)));
    }
    return whenEncoded(encodeLater(name, value, this.#codecs), (encoded) => {
      this.#shown.set(name, this.#show(encoded));
      const { meta, digest } = encoded;
      return takenValue(encoded, () => (cas ? keepEncoded(encoded, cas) : { ...meta, digest: digest() }));
    });
  };

  readonly shown = (name: string): Shown => this.#shown.get(name) ?? {};

  #show(encoded: EncodedValue): Shown {
    const { value } = encoded;
    const preview = encodedPreview(encoded, PREVIEW, this.#codecs);
    return { value, preview, ...(this.#files ? { form: naturalForm(encoded, this.#codecs) } : {}) };
  }
}

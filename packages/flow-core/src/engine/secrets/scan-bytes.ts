/** Looks for secrets in bytes that come in pieces: what a codec of a flow gives, what lies in a file. */
import type { Form } from './encodings';
import { Matcher } from './matcher';

/** Bytes that are looked at as one text. */
const PIECE = 1024 * 1024;

/** Tells a secret by bytes: as UTF-8, and as two bytes for each character, as V8 and Windows write some texts. */
export class ByteScanner {
  readonly #all: Matcher;
  readonly #each: readonly (readonly [name: string, Matcher])[];
  #before: Buffer = Buffer.alloc(0);
  #read = 0;

  /** @param forms for each secret the texts that give it away */
  constructor(forms: ReadonlyMap<string, readonly Form[]>) {
    this.#each = [...forms].map(([name, texts]) => [name, new Matcher(texts.flatMap(inBytes))] as const);
    this.#all = new Matcher([...forms.values()].flat().flatMap(inBytes));
  }

  /** The name of a secret in these bytes. */
  whole(bytes: Uint8Array): string | undefined {
    this.#before = Buffer.alloc(0);
    this.#read = 0;
    return this.next(bytes)?.secret;
  }

  /** A secret that ends in these bytes, and how many bytes come before it. */
  next(bytes: Uint8Array): { secret: string; at: number } | undefined {
    for (let from = 0; from < bytes.length; from += PIECE) {
      const piece = Buffer.concat([this.#before, bytes.subarray(from, from + PIECE)]);
      const text = piece.toString('latin1');
      const found = this.#all.search(text);
      if (found >= 0) {
        const [secret] = this.#each.find(([, matcher]) => matcher.search(text) === found) as [
          string,
          Matcher,
        ];
        return { secret, at: this.#read - this.#before.length + found };
      }
      this.#read += piece.length - this.#before.length;
      this.#before = piece.subarray(Math.max(0, piece.length - this.#all.longest + 1));
    }
    return undefined;
  }
}

/** A text as bytes, each byte as one character. */
function inBytes(form: Form): Form[] {
  const as = (encoding: 'utf8' | 'utf16le') =>
    form.map((piece) => piece.map((text) => Buffer.from(text, encoding).toString('latin1')));
  return [as('utf8'), as('utf16le')];
}

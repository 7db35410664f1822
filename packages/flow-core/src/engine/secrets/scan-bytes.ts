/** Looks for secrets in bytes that come in pieces: what a codec of a flow gives, what lies in a file. */
import type { Form } from './encodings';
import { Matcher } from './matcher';
import { brokenAt, unbroken } from './unbroken';

/** Bytes that are looked at as one text. */
const PIECE = 1024 * 1024;

/** Tells a secret by bytes: as UTF-8, and as two bytes for each character, as V8 and Windows write some texts. */
export class ByteScanner {
  readonly #all: Matcher;
  readonly #each: readonly (readonly [name: string, Matcher])[];
  /** Bytes that a secret may begin in, which goes on in the next piece: with the breaks of its lines. */
  readonly #kept: number;
  #before: Buffer = Buffer.alloc(0);
  #read = 0;

  /** @param forms for each secret the texts that give it away */
  constructor(forms: ReadonlyMap<string, readonly Form[]>) {
    this.#each = [...forms].map(([name, texts]) => [name, new Matcher(texts.flatMap(inBytes))] as const);
    this.#all = new Matcher([...forms.values()].flat().flatMap(inBytes));
    this.#kept = Math.max(0, Math.ceil(this.#all.longest * (62 / 60)) + 61);
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
      const found = this.#search(text) ?? this.#searchUnbroken(text);
      if (found) return { ...found, at: this.#read - this.#before.length + found.at };
      this.#read += piece.length - this.#before.length;
      this.#before = piece.subarray(Math.max(0, piece.length - this.#kept));
    }
    return undefined;
  }

  #search(text: string): { secret: string; at: number } | undefined {
    const at = this.#all.search(text);
    const found = at < 0 ? undefined : this.#each.find(([, matcher]) => matcher.search(text) === at);
    return found && { secret: found[0], at };
  }

  #searchUnbroken(text: string): { secret: string; at: number } | undefined {
    const whole = unbroken(text);
    const found = whole === text ? undefined : this.#search(whole);
    return found && { ...found, at: brokenAt(text, found.at) };
  }
}

/** A text as bytes, each byte as one character. */
function inBytes(form: Form): Form[] {
  const as = (encoding: 'utf8' | 'utf16le') =>
    form.map((piece) => piece.map((text) => Buffer.from(text, encoding).toString('latin1')));
  return [as('utf8'), as('utf16le')];
}

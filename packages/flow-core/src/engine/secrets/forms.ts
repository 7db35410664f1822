/** The texts that a secret is recognised by: its lines, as they are and as other texts hold them. */
import { type Form, formOf, formOfBase64 } from './encodings';

/** The shortest text that is a secret, and that tells something of one. Characters. */
export const SHORTEST = 6;

/** Where programs break base64 into lines: MIME and the command `base64`, PEM. */
const WIDTHS = [76, 64];

/** So many bytes of a buffer Node prints at most: 50 of a `Buffer`, 100 of an `ArrayBuffer`. */
const PRINTED = 100;

/** What stands around every key in a file of this kind says nothing of it. */
const PEM = /^-----(BEGIN|END) [A-Z0-9 ]+-----$/;

/**
 * The lines of a secret that are long enough to be one. A secret without such a line cannot be hidden.
 *
 * @example
 * ```ts
 * linesOf('sk-1234567\n'); // ['sk-1234567']
 * ```
 */
export function linesOf(value: string): string[] {
  return value
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line.length >= SHORTEST && !PEM.test(line));
}

/** All that gives a secret away. None of it has a line break in it. @param value with such a line */
export function formsOf(value: string): Form[] {
  // As the bytes of it would be read again: half a character is none.
  const whole = Buffer.from(value.trim()).toString();
  const texts = [...new Set([whole, ...linesOf(whole)])];
  const written = [...new Set(texts.flatMap(asWritten))];
  const long = (forms: Iterable<string>) => [...new Set(forms)].filter((text) => text.length >= SHORTEST);
  const twice = texts.flatMap(inBase64).flatMap((text) => [text, forUrls(text)]);
  return [
    ...long([...texts, ...written.flatMap(inHex)]).map(formOf),
    ...long([...[...written, ...twice].flatMap(inBase64), ...texts.flatMap(inBrokenBase64)]).map(
      formOfBase64,
    ),
    ...texts.flatMap(inPrintedBytes),
  ];
}

/** What is written in hexadecimal or in base64 is often JSON, a URL or a form. */
function asWritten(text: string): string[] {
  const form = new URLSearchParams({ '': text }).toString().slice(1);
  return [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text), form];
}

const forUrls = (base64: string) => base64.replaceAll('+', '-').replaceAll('/', '_');

function inHex(text: string): string[] {
  const hex = Buffer.from(text).toString('hex');
  return [hex, hex.toUpperCase()];
}

/**
 * What every base64 text holds that the secret's bytes are part of, wherever they begin: three bytes are four signs, and
 * signs that other bytes have a part in are left out.
 */
function inBase64(text: string): string[] {
  const bytes = Buffer.from(text);
  return [0, 1, 2].map((before) => {
    const signs = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    return signs.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
}

/** The lines of a text in base64 that begins with the secret. */
function inBrokenBase64(text: string): string[] {
  const [alone = ''] = inBase64(text);
  return WIDTHS.flatMap((width) =>
    alone.length > width ? (alone.match(new RegExp(`.{1,${width}}`, 'g')) ?? []) : [],
  );
}

/** `61 62 63`, as Node prints the bytes of a buffer, also where it leaves the rest out: `61 62 63 ... 5 more bytes`. */
function inPrintedBytes(text: string): Form[] {
  const bytes = Buffer.from(text).toString('hex').match(/../g) ?? [];
  const cuts: string[] = [];
  for (let shown = SHORTEST; shown < bytes.length && shown <= PRINTED; shown++)
    cuts.push([...bytes.slice(SHORTEST, shown).map((byte) => ` ${byte}`), ' ...'].join(''));
  const first = bytes.slice(0, SHORTEST).join(' ');
  return [[[bytes.join(' ')]], ...(cuts.length > 0 ? [[[first], cuts]] : [])];
}

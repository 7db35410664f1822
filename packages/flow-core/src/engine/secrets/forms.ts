/** The texts that a secret is recognised by: its lines, as they are and as other texts hold them. */
import { type Form, formOf, formOfBase64 } from './encodings';

/** The shortest text that is a secret, and that tells something of one. Characters. */
export const SHORTEST = 6;

/** Where programs break base64 into lines: MIME and the command `base64`, PEM. */
const WIDTHS = [76, 64];

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
  const texts = new Set([whole, ...linesOf(whole)]);
  const long = (forms: Iterable<string>) => [...new Set(forms)].filter((text) => text.length >= SHORTEST);
  return [
    ...long([...texts, ...[...texts].flatMap(inHex)]).map(formOf),
    ...long([...texts].flatMap(inBase64)).map(formOfBase64),
  ];
}

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
  const forms = [0, 1, 2].map((before) => {
    const signs = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    return signs.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
  const [alone = ''] = forms;
  const broken = WIDTHS.flatMap((width) =>
    alone.length > width ? (alone.match(new RegExp(`.{1,${width}}`, 'g')) ?? []) : [],
  );
  return [...forms, ...broken];
}

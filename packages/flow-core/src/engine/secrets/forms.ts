/** The texts that a secret is recognised by: its lines, as they are and as other texts hold them. */
import { inspect } from 'node:util';

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

/** All texts that give a secret away. None of them has a line break in it. @param value with such a line */
export function formsOf(value: string): string[] {
  // As the bytes of it would be read again: half a character is none.
  const whole = Buffer.from(value.trim()).toString();
  const forms = new Set<string>();
  for (const text of new Set([whole, ...linesOf(whole)])) {
    for (const form of [text, ...escaped(text), ...inUrls(text), ...inBase64(text)])
      if (form.length >= SHORTEST && !/[\r\n]/.test(form)) forms.add(form);
  }
  return [...forms];
}

/** As JSON, JSON within JSON, and Node's own printer write it, without the quotes around it. */
function escaped(text: string): string[] {
  const json = inner(JSON.stringify(text));
  const ascii = json.replace(
    /[^\x20-\x7e]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return [json, inner(JSON.stringify(json)), ascii, inner(inspect(text, { breakLength: Infinity }))];
}

const inner = (quoted: string) => quoted.slice(1, -1);

/** Each part of a URL leaves other signs as they are. */
function inUrls(text: string): string[] {
  const component = encodeURIComponent(text);
  const url = new URL('http://host');
  Object.assign(url, { username: text, search: text, hash: text, pathname: text });
  const forms = [
    component,
    component.replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`),
    encodeURI(text),
    new URLSearchParams([['', text]]).toString().slice(1),
    url.username,
    ...[url.search, url.hash, url.pathname].map((part) => part.slice(1)),
  ];
  return forms.flatMap((form) => [form, form.replace(/%[\dA-F]{2}/g, (code) => code.toLowerCase())]);
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
  return [...forms, ...broken].flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]);
}

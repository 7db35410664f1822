/**
 * How other texts write the signs of one: JSON, URLs, forms, HTML, shells, and one within another. Each program leaves other
 * signs as they are, so each sign is looked at alone.
 */
import { inspect } from 'node:util';

/** A text in pieces, each with all that may stand for it; the first is the piece itself, where that has no line break. */
export type Form = readonly (readonly string[])[];

/** Signs that every program leaves as they are; a sign with the backslashes before it; backslashes at the end. */
const PIECES = /[\w.-]+|\\*[^\\\w.-]|\\+[\w.-]?/gsu;

const known = new Map<string, readonly string[]>();

/** All that programs write for a text. */
export function formOf(text: string): Form {
  return (text.match(PIECES) ?? []).map(writings);
}

/** The two signs of base64 that others stand for in URLs. */
const BASE64: Record<string, readonly string[]> = {
  '+': ['+', '-', '%2B', '%2b', '\\u002b', '\\u002B'],
  '/': ['/', '_', '%2F', '%2f', '\\/', '\\u002f', '\\u002F'],
};

/** The same for a text in base64. */
export function formOfBase64(text: string): Form {
  return (text.match(/[+/]|[^+/]+/g) ?? []).map((piece) => BASE64[piece] ?? [piece]);
}

function writings(piece: string): readonly string[] {
  if (/^[\w.-]+$/.test(piece)) return [piece];
  const found = known.get(piece) ?? [...allWritings(piece)].filter((text) => !/[\r\n]/.test(text));
  known.set(piece, found);
  return found;
}

function allWritings(piece: string): Set<string> {
  const [, before = '', sign = ''] = /^(\\*)(.*)$/su.exec(piece) ?? [];
  const all = new Set([piece]);
  for (const written of ofSign(sign)) all.add(json(before) + written);
  all
    .add(before + (NAMED[sign] ?? sign))
    .add(inner(inspect(piece)))
    .add(piece.replaceAll(' ', '+'));
  // Text within text: JSON in JSON, JSON in a URL, a URL in a URL.
  for (const text of [...all]) {
    all.add(json(text));
    for (const url of [percent(text, /[^\w.-]/gu), percent(text, /[^\w.~!*'();/?:@&=+$,#-]/gu)])
      all.add(url).add(url.replace(/%[\dA-F]{2}/g, (code) => code.toLowerCase()));
    for (const url of [percent(percent(text, /[^\w.-]/gu), /%/g)])
      all.add(url).add(url.replace(/%25[\dA-F]{2}/g, (code) => code.toLowerCase()));
  }
  for (const entity of numeric(sign)) all.add(before + entity);
  return all;
}

/** A sign within the quotes of JSON, of other languages and of shells. */
function ofSign(sign: string): string[] {
  const code = sign.replace(/./gsu, unicode);
  const upper = code.replace(/[a-f](?=[\da-f]{0,3}(\\|$))/g, (digit) => digit.toUpperCase());
  const twice = json(json(sign));
  return [
    json(sign),
    twice,
    code,
    upper,
    json(code),
    json(upper),
    ...(/^[!-~]$/.test(sign) ? [`\\${sign}`] : []),
  ];
}

const inner = (quoted: string) => quoted.slice(1, -1);
const json = (text: string) => inner(JSON.stringify(text));

/** `\u00fc`, for each half of a sign that has two. */
function unicode(sign: string): string {
  return [...Array(sign.length).keys()]
    .map((i) => `\\u${sign.charCodeAt(i).toString(16).padStart(4, '0')}`)
    .join('');
}

function percent(text: string, signs: RegExp): string {
  return text.replace(signs, (sign) =>
    [...Buffer.from(sign)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}

const NAMED: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** How HTML writes a sign by its number. */
function numeric(sign: string): string[] {
  const code = sign.codePointAt(0);
  if (code === undefined) return [];
  const hex = code.toString(16);
  const digits = [`${code}`, `0${code}`, `x${hex}`, `x${hex.toUpperCase()}`, `X${hex.toUpperCase()}`];
  return [...digits.map((text) => `&#${text};`), ...(sign === "'" ? ['&apos;'] : [])];
}

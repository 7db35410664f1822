/** A value as a card: rows as a table, numbers as charts, bytes of a picture as that, texts as text, all else as a tree. */

import { readFileSync } from 'node:fs';
import { types } from 'node:util';
import {
  artifact,
  type CardDocument,
  code,
  createCard,
  value as figure,
  histogram,
  image,
  json,
  lineChart,
  table,
} from '../card';
import { thousands } from '../definition/thousands';
import { isFile } from '../store/cas/file';

/** Characters of a text, rows of a table, and bytes of a file that is read to be shown. */
const [TEXT, ROWS, FILE] = [200_000, 1000, 8_000_000];
/** So many numbers make a chart. */
const CHART = 4;

export interface ShownValue {
  name: string;
  type: string;
  /** Bytes as stored. Absent for a part of a value. */
  size?: number;
}

export function showValue(value: unknown, { name, type, size }: ShownValue): CardDocument {
  const card = createCard({ now: () => Date.now() });
  if (isFile(value)) {
    card.add(table([{ file: value.name, bytes: value.size }]));
    if (value.size <= FILE) showBytes(card, readFileSync(value.path));
  } else if (types.isUint8Array(value)) showBytes(card, value);
  else if (typeof value === 'string')
    card.add(
      code(value.slice(0, TEXT), {
        title:
          value.length > TEXT
            ? `The first ${thousands(TEXT)} of ${thousands(value.length)} characters`
            : undefined,
      }),
    );
  else if (typeof value === 'number' || typeof value === 'bigint')
    card.add(figure(Number(value), { title: name }));
  else if (isNumbers(value)) {
    const numbers = Array.from(value);
    if (numbers.length >= CHART) {
      card.add(lineChart({ [name]: numbers }));
      card.add(histogram(numbers));
    }
    card.add(table(value, { limit: ROWS }));
  } else if (isTable(value)) card.add(table(value as never, { limit: ROWS }));
  else if (typeof value === 'object' && value !== null) card.add(json(value, { open: 2 }));
  else card.add(artifact(name, value));
  const { blocks } = card.toDocument();
  const bytes = size === undefined ? '' : `, ${thousands(size)} bytes`;
  return { version: 1, title: `${name}: ${type}${bytes}`, blocks };
}

function showBytes(card: ReturnType<typeof createCard>, bytes: Uint8Array): void {
  const start = Buffer.from(bytes.subarray(0, 256)).toString('latin1');
  const isPicture =
    /^(\x89PNG|\xff\xd8\xff|GIF8|RIFF....WEBP)/s.test(start) ||
    start.slice(4, 12) === 'ftypavif' ||
    /^\s*<(\?xml[^>]*>\s*<)?svg/i.test(start);
  if (isPicture) card.add(image(bytes));
  else {
    const text = Buffer.from(bytes.subarray(0, TEXT)).toString('utf8');
    // Bytes that are no text.
    card.add(code(text.includes('\0') || text.includes('\ufffd') ? hexOf(bytes) : text));
  }
}

function hexOf(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < Math.min(bytes.length, 4096); at += 16)
    lines.push(
      `${at.toString(16).padStart(6, '0')}  ${Buffer.from(bytes.subarray(at, at + 16))
        .toString('hex')
        .replace(/../g, '$& ')}`,
    );
  return lines.join('\n');
}

function isNumbers(value: unknown): value is readonly number[] {
  if (types.isTypedArray(value)) return !types.isBigInt64Array(value) && !types.isBigUint64Array(value);
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'number');
}

/** Rows of one kind. Of others, a tree shows more. */
function isTable(value: unknown): boolean {
  if (types.isMap(value) || types.isSet(value)) return value.size > 0;
  if (typeof (value as { getChild?: unknown } | null)?.getChild === 'function') return true;
  if (!Array.isArray(value) || value.length === 0) return false;
  return value
    .slice(0, 20)
    .every(
      (row) => typeof row === 'object' && row !== null && !types.isDate(row) && Object.keys(row).length > 0,
    );
}

/** @param path as in `["rows", 0]`. Undefined where there is nothing */
export function inside(value: unknown, path: readonly (string | number)[]): unknown {
  let at = value;
  for (const key of path) {
    if (types.isMap(at)) at = at.get(key);
    else if (typeof at === 'object' && at !== null && Object.hasOwn(at, key))
      at = (at as Record<string | number, unknown>)[key];
    else return undefined;
  }
  return at;
}

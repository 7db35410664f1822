/** What was changed in editors of JSON: each has the text that it began with. */
import { type Mistake, mistakeIn } from './mistake';

export interface Edit {
  name: string;
  /** As it was recorded. */
  before: string;
  text: string;
}

/** What became of an edit: nothing, other JSON, or no JSON. */
export type Edited =
  | { state: 'same' }
  | { state: 'changed'; json: string }
  | { state: 'wrong'; mistake: Mistake };

/** Spaces and the order of names do not count. */
export function editedOf({ before, text }: Pick<Edit, 'before' | 'text'>): Edited {
  if (text === before) return { state: 'same' };
  const mistake = mistakeIn(text);
  if (mistake) return { state: 'wrong', mistake };
  return sameJson(before, text) ? { state: 'same' } : { state: 'changed', json: dense(text) };
}

/** Those that are to be sent. */
export function changedOf(edits: readonly Edit[]): Record<string, string> {
  const changed: [string, string][] = [];
  for (const edit of edits) {
    const edited = editedOf(edit);
    if (edited.state === 'changed') changed.push([edit.name, edited.json]);
  }
  return Object.fromEntries(changed);
}

/** The first edit that is no JSON. */
export function wrongOf(edits: readonly Edit[]): { name: string; mistake: Mistake } | undefined {
  for (const edit of edits) {
    const edited = editedOf(edit);
    if (edited.state === 'wrong') return { name: edit.name, mistake: edited.mistake };
  }
  return undefined;
}

/** JSON over several lines, as one reads it: short lists stay on one line. Numbers stay as they were written. */
export function laidOut(json: string, width = 72): string {
  try {
    JSON.parse(json);
  } catch {
    return json;
  }
  return laid(tokensOf(json), { at: 0 }, '', width);
}

const TOKENS = /"(?:[^"\\]|\\.)*"|[^\s",:{}[\]]+|[,:{}[\]]/g;

/** What is between two tokens is space. */
const tokensOf = (json: string): string[] => json.match(TOKENS) ?? [];

function dense(json: string): string {
  return tokensOf(json).join('');
}

function laid(tokens: readonly string[], cursor: { at: number }, indent: string, width: number): string {
  const open = tokens[cursor.at++] ?? '';
  if (open !== '{' && open !== '[') return open;
  const items: string[] = [];
  const deeper = `${indent}  `;
  while (tokens[cursor.at] !== '}' && tokens[cursor.at] !== ']') {
    if (tokens[cursor.at] === ',') cursor.at++;
    const name = tokens[cursor.at + 1] === ':' ? `${tokens[cursor.at]}: ` : '';
    if (name !== '') cursor.at += 2;
    items.push(name + laid(tokens, cursor, deeper, width));
  }
  const close = tokens[cursor.at++] ?? '';
  const line = open === '{' ? `{ ${items.join(', ')} }` : `[${items.join(', ')}]`;
  if (items.length === 0) return open + close;
  if (indent.length + line.length <= width && !line.includes('\n')) return line;
  return `${open}\n${items.map((item) => deeper + item).join(',\n')}\n${indent}${close}`;
}

function sameJson(a: string, b: string): boolean {
  try {
    // Numbers that a double cannot say apart are told by their digits.
    return dense(a) === dense(b) || (same(JSON.parse(a), JSON.parse(b)) && digitsOf(a) === digitsOf(b));
  } catch {
    return false;
  }
}

/** The long numbers of a text: more digits than a double has. */
const digitsOf = (json: string) => (json.match(/\d{16,}/g) ?? []).sort().join();

function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every(
      (name) =>
        Object.hasOwn(b, name) &&
        same((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name]),
    )
  );
}

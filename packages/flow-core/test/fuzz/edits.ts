/** Random edits of what is valid: of bytes, of plain data, of text. Each is three numbers, so that any two edits go together. */
import fc from 'fast-check';

/** What to do, where (a part of 2^20), and with what. */
export type Edit = [kind: number, at: number, value: number];

const MOST = 2 ** 20;

/** @param kinds how many kinds of edits there are */
const edits = (kinds: number, most: number): fc.Arbitrary<Edit[]> =>
  fc.array(fc.tuple(fc.nat(kinds - 1), fc.nat(MOST - 1), fc.nat(0xffff)), {
    minLength: 1,
    maxLength: most,
  });

export const noEdits: fc.Arbitrary<Edit[]> = fc.constant([]);

const place = (at: number, length: number) => Math.floor((at / MOST) * length);

/** Where a length or a count is read. */
const NUMBERS = [0, 1, 2, 4, 0x7f, 0xff, 0x100, 0xffff, 0x10000, 0x3ffffff, 0x4000000, 0x4000001];
const LARGE = [0x10000000, 0x10000001, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

export const byteEdits = (most = 4) => edits(8, most);

export function editBytes(bytes: Uint8Array, list: readonly Edit[]): Buffer {
  let out = Buffer.from(bytes);
  for (const [kind, where, value] of list) {
    const at = place(where, out.length);
    const length = 1 + (value % 64);
    const [before, after] = [out.subarray(0, at), out.subarray(at)];
    if (kind === 0 && at < out.length) out[at] = (out[at] as number) ^ (1 << (value % 8));
    else if (kind === 1 && at < out.length) out[at] = value % 256;
    else if (kind === 2) out = Buffer.concat([before, after.subarray(length)]);
    else if (kind === 3) out = Buffer.concat([before, Buffer.alloc(length, value >> 8), after]);
    else if (kind === 4) out = Buffer.concat([before, after.subarray(0, length), after]);
    else if (kind === 5 && at + 4 <= out.length)
      out.writeUInt32LE([...NUMBERS, ...LARGE][value % (NUMBERS.length + LARGE.length)] as number, at);
    else if (kind === 6) out = Buffer.from(before);
    else if (kind === 7) out = Buffer.concat([before, Buffer.from(oddText(value)), after]);
  }
  return out;
}

/** Texts that have led somewhere, in this program or in others. */
const TEXTS = [
  ...[
    '',
    ' ',
    'x',
    '0',
    '-1',
    '1e9',
    'NaN',
    'null',
    'undefined',
    '\0',
    '\u001b[2J',
    '\u202e',
    '\ud800',
    '%',
    '%zz',
  ],
  ...['..', '../../../../outside/text', '../outside', '/', '\\', 'a/b', 'CON', '.flow', 'node_modules'],
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'then', 'length', 'toJSON'],
  ...['start', 'start/1', '1/start/1', '1', 'fuzzed', 'fuzzed/1', 'Buffer(3)', 'Function(1)', 'eval(1)'],
  ...[
    'f'.repeat(64),
    'z'.repeat(64),
    `${'a'.repeat(5000)}`,
    '9'.repeat(400),
    'done',
    'running',
    'json',
    'v8',
    'raw',
  ],
];
export const oddText = (n: number): string => TEXTS[n % TEXTS.length] as string;

const VALUES: readonly (() => unknown)[] = [
  ...[null, true, false, 0, -0, -1, 1, 2, 1.5, 1e21, -1e21, 2 ** 31, 2 ** 32, 2 ** 53, 1e308].map(
    (v) => () => v,
  ),
  ...[[], [null], [[]], {}, { length: 1e9 }, { length: -1 }, { toString: 1 }].map(
    (v) => () => structuredClone(v),
  ),
  () => JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
  () => JSON.parse(`${'['.repeat(800)}${']'.repeat(800)}`),
  () => Array.from({ length: 3000 }, (_, i) => i),
  () => Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`k${i}`, i])),
];

/** @param n of an edit */
export function oddValue(n: number): unknown {
  return n % 3 === 0 ? oddText(n >> 2) : (VALUES[(n >> 2) % VALUES.length] as () => unknown)();
}

export const dataEdits = (most = 3) => edits(7, most);

type Node = [holder: Record<string, unknown>, key: string];

function nodesOf(value: unknown, nodes: Node[] = []): Node[] {
  if (typeof value !== 'object' || value === null || nodes.length > 20_000) return nodes;
  for (const key of Object.keys(value)) {
    nodes.push([value as Record<string, unknown>, key]);
    nodesOf((value as Record<string, unknown>)[key], nodes);
  }
  return nodes;
}

function put(holder: object, key: string, value: unknown): void {
  if (Array.isArray(holder) && key === 'length') return;
  Object.defineProperty(holder, key, { value, enumerable: true, writable: true, configurable: true });
}

/** @returns another value; that one stays as it is */
export function editData<T>(data: T, list: readonly Edit[]): T {
  const root = { data: structuredClone(data) };
  for (const [kind, where, value] of list) {
    const nodes = nodesOf(root);
    const [holder, key] = nodes[place(where, nodes.length)] ?? [root, 'data'];
    const old = holder[key];
    if (kind === 0) put(holder, key, oddValue(value));
    else if (kind === 1 && holder !== (root as object)) delete holder[key];
    else if (kind === 2 && typeof old === 'object' && old !== null)
      put(old, oddText(value), oddValue(value >> 4));
    else if (kind === 3 && holder !== (root as object)) {
      delete holder[key];
      put(holder, oddText(value), old);
    } else if (kind === 4) {
      const [from, name] = nodes[value % nodes.length] ?? [root, 'data'];
      if (from[name] !== undefined) put(holder, key, structuredClone(from[name]));
    } else if (kind === 5 && typeof old === 'number')
      put(holder, key, old + ([1, -1, 0.5, 1e9, -1e9, 1e16][value % 6] as number));
    else if (kind === 6 && typeof old === 'string')
      put(holder, key, value % 2 === 0 ? `${old}${oddText(value >> 1)}` : `${oddText(value >> 1)}${old}`);
  }
  return root.data;
}

/** Characters of a token that is repeated. */
const LONGEST = 200_000;

export const textEdits = (most = 5) => edits(7, most);

/** @param words that are put in */
export function editText(text: string, list: readonly Edit[], words: readonly string[]): string {
  const tokens = text.match(/\w+|\s+|[^\w\s]/g) ?? [];
  for (const [kind, where, value] of list) {
    const at = place(where, tokens.length);
    const word = words[value % words.length] as string;
    if (kind === 0) tokens.splice(at, 1 + (value % 8));
    else if (kind === 1) tokens[at] = word;
    else if (kind === 2) tokens.splice(at, 0, word);
    else if (kind === 3) tokens.splice(at, 0, ...tokens.slice(at, at + (value % 30)));
    else if (kind === 4) {
      const other = value % Math.max(1, tokens.length);
      [tokens[at], tokens[other]] = [tokens[other] ?? '', tokens[at] ?? ''];
    } else if (kind === 5) {
      const token = tokens[at] ?? word;
      tokens[at] = token.repeat(Math.min(2 ** (value % 15), LONGEST / token.length));
    } else if (kind === 6) tokens.splice(at, 0, oddText(value));
  }
  return tokens.join('');
}

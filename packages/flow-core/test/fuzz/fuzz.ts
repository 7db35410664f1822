/** Gives a door many inputs, and gathers what each kind of failure is, with the smallest input that shows it. */
import fc from 'fast-check';
import type { Door } from './door';
import type { Watch } from './watch';

export interface Found {
  /** Its message, without what differs from one input to the next. */
  kind: string;
  /** As the door takes it: as JSON, it is the replay. */
  input: unknown;
  error: string;
  times: number;
}

export interface Fuzzed {
  inputs: number;
  passed: number;
  refused: number;
  found: Found[];
}

/** Inputs that are drawn from one seed. */
const PIECE = 1000;

/** How many smaller inputs are tried for one failure. */
const SMALLER = 200;

export interface FuzzOptions {
  door: Door;
  watch: Watch;
  seed: number;
  /** The number of the first input of the seed: a multiple of 1000. */
  from: number;
  inputs: number;
  /** Ends earlier, after so many milliseconds. */
  ms?: number;
  /** Hears each input before it is given to the door. */
  under(input: unknown): void;
}

export async function fuzz({ door, watch, seed, from, inputs, ms, under }: FuzzOptions): Promise<Fuzzed> {
  const kinds = new Map<string, Found>();
  const counts = { inputs: 0, passed: 0, refused: 0 };
  const end = performance.now() + (ms ?? Number.POSITIVE_INFINITY);
  for (let piece = Math.floor(from / PIECE); counts.inputs < inputs; piece++) {
    const drawn = fc.sample(door.inputs, {
      seed: (seed + 104_729 * piece) % 2 ** 31,
      numRuns: Math.min(PIECE, inputs - counts.inputs),
    });
    for (const input of drawn) {
      if (performance.now() > end) return { ...counts, found: [...kinds.values()] };
      counts.inputs++;
      const error = await attempt(input);
      if (error === undefined) continue;
      const kind = kindOf(error);
      const known = kinds.get(kind);
      if (known) known.times++;
      else kinds.set(kind, { kind, input: await smallest(input, kind), error: textOf(error), times: 1 });
    }
  }
  return { ...counts, found: [...kinds.values()] };

  async function attempt(input: unknown): Promise<unknown> {
    under(input);
    watch.begin();
    try {
      counts[await door.check(input)]++;
      watch.end();
      return undefined;
    } catch (error) {
      return error;
    }
  }

  /** The input, with what fast-check makes smaller of one that fails in the same way. */
  async function smallest(input: unknown, kind: string): Promise<unknown> {
    let least = input;
    let left = SMALLER;
    const before = { ...counts };
    const smaller = (value: unknown) => [...takeSome(pieces(value), left)];
    for (let tries = smaller(least); tries.length > 0 && left > 0; ) {
      const next = tries.shift();
      left--;
      const error = await attempt(next);
      if (error === undefined || kindOf(error) !== kind) continue;
      least = next;
      tries = smaller(least);
    }
    Object.assign(counts, before);
    return least;
  }
}

/** The same input with less: without one of the edits, or one of the arguments. */
function* pieces(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) yield value.toSpliced(i, 1);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value))
      if (Array.isArray(item)) for (const less of pieces(item)) yield { ...value, [key]: less };
  }
}

function* takeSome<T>(values: Iterable<T>, most: number): Generator<T> {
  let left = most;
  for (const value of values) {
    if (left-- <= 0) return;
    yield value;
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? `${error.stack}` : String(error);
}

/** Whatever differs from one input to the next is left out; the place of ours in which it was thrown counts. */
function kindOf(error: unknown): string {
  const text = textOf(error);
  const message = (text.split('\n    at ')[0] as string).replace(/"[^"]*"|'[^']*'|\d+/g, '…').slice(0, 150);
  const [place = ''] = /\n {4}at (?!.*node:)[^\n(]*/.exec(text) ?? [];
  return `${message}${place.trim() && ` ${place.trim()}`}`;
}

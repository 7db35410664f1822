/**
 * Notes what a step's body looks at, while it does. `run --reuse` will trust it: whatever can tell two inputs apart is
 * noted, and where that is not known exactly, more is noted than was seen.
 */
import { createHash } from 'node:crypto';
import type { NameRead, TaskReads } from '../../store/rows/rows';
import type { InputReads, View } from './view';

/** Its collections are made when something is read: a quick task reads little. */
export class ReadLog {
  #params: Set<string> | undefined;
  #current: Set<string> | undefined;
  #items: Set<string> | undefined;
  #names: Map<string, Map<number, string | null>> | undefined;
  #all: Map<number, View> | undefined;
  #index = false;
  #iteration = false;

  param(name: string): void {
    this.#params = (this.#params ?? new Set()).add(name);
  }

  /** A field of `current`. */
  current(name: string): void {
    this.#current = (this.#current ?? new Set()).add(name);
  }

  /** The item of a foreach around the task: `input`, or one of `stack`. @param step the foreach */
  item(step: string): void {
    this.#items = (this.#items ?? new Set()).add(step);
  }

  index(): void {
    this.#index = true;
  }

  iteration(): void {
    this.#iteration = true;
  }

  /** An artifact of an input. @param input its number: 0 for `self`, else in the order of the parents */
  name(input: number, view: View, name: string): void {
    this.#names ??= new Map();
    let found = this.#names.get(name);
    if (!found) {
      found = new Map();
      this.#names.set(name, found);
    }
    found.set(input, view.entries.get(name)?.digest ?? null);
  }

  input(input: number, view: View): InputReads {
    return {
      name: (name) => this.name(input, view, name),
      all: () => {
        this.#all = (this.#all ?? new Map()).set(input, view);
      },
    };
  }

  /** @param inputs how many inputs the task has */
  result(inputs: number): TaskReads {
    const reads: TaskReads = {};
    if (this.#params) reads.params = [...this.#params].sort();
    const names = [...(this.#names ?? [])].flatMap(([name, found]) => this.#read(name, found, inputs));
    if (names.length > 0) reads.names = names.sort(([a], [b]) => (a < b ? -1 : 1));
    if (this.#all) {
      const whole = inOrder(this.#all).map((one): [number, string] => [one[0], digestOf(one[1])]);
      const [digest, which] = combined(whole, inputs);
      reads.all = which ? [digest as string, which] : [digest as string];
    }
    if (this.#items) reads.items = [...this.#items];
    if (this.#index) reads.index = true;
    if (this.#iteration) reads.iteration = true;
    if (this.#current) reads.current = [...this.#current].sort();
    return reads;
  }

  /** Nothing for an input of which all was read: the name is in that. */
  #read(name: string, found: ReadonlyMap<number, string | null>, inputs: number): NameRead[] {
    const alone = inOrder(found).filter((one) => !this.#all?.has(one[0]));
    if (alone.length === 0) return [];
    const [digest, which] = combined(alone, inputs);
    return [which ? [name, digest, which] : [name, digest]];
  }
}

function inOrder<T>(found: ReadonlyMap<number, T>): [number, T][] {
  // Without patterns, which take an iterator each: a join over many splits has as many inputs.
  return [...found].sort((a, b) => a[0] - b[0]);
}

/** One digest for what several inputs have, and which inputs these are, unless they are all. */
export function combined(
  found: readonly (readonly [number, string | null])[],
  inputs: number,
): [digest: string | null, which?: number[]] {
  const digests = found.map((one) => one[1]);
  const [first = null] = digests;
  const same = digests.length === 1 || digests.every((digest) => digest === null);
  const digest = same ? first : sha256(JSON.stringify(digests));
  return found.length >= inputs ? [digest] : [digest, found.map((one) => one[0])];
}

/** All that an enumeration of an input can see: names in their order, and values. */
export function digestOf({ entries }: View): string {
  const seen: [name: string, digest: string][] = [];
  entries.forEach(({ digest }, name) => {
    seen.push([name, digest]);
  });
  return sha256(JSON.stringify(seen));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The parts of a fingerprint: each is one dependency of a step, with a name for people and a hash or version. */
import { hash } from './hash';

export type PartKind =
  | 'function'
  | 'options'
  | 'splits'
  | 'param'
  | 'flow'
  | 'binding'
  | 'import'
  | 'load'
  | 'order'
  | 'data'
  | 'package'
  | 'missing'
  | 'open'
  | 'scope'
  | 'exports'
  | 'tsconfig'
  | 'node'
  | 'engine';

/** One thing that a step depends on. `value` is a hash or a version; `at` is its position, for people. */
export interface Part {
  kind: PartKind;
  name: string;
  value: string;
  at?: string;
}

/** A growing set of parts. Several values under one name are one part, in the order in which they came. */
export class Parts {
  readonly #parts = new Map<string, Omit<Part, 'value'> & { values: string[] }>();

  constructor(base?: Parts) {
    for (const [key, part] of base ? base.#parts : [])
      this.#parts.set(key, { ...part, values: [...part.values] });
  }

  add(kind: PartKind, name: string, value: string, at?: string): void {
    const key = `${kind}\0${name}`;
    const known = this.#parts.get(key);
    if (known) known.values.push(value);
    else this.#parts.set(key, { kind, name, values: [value], ...(at ? { at } : {}) });
  }

  has(kind: PartKind, name: string, value: string): boolean {
    return this.#parts.get(`${kind}\0${name}`)?.values.includes(value) === true;
  }

  list(): Part[] {
    const parts = [...this.#parts.values()].map(({ values, ...part }) => ({
      ...part,
      value: values.length === 1 ? (values[0] as string) : joined(part.kind, values),
    }));
    return parts.sort((a, b) => compare(a.kind, b.kind) || compare(a.name, b.name));
  }
}

function joined(kind: PartKind, values: readonly string[]): string {
  return kind === 'package' ? values.join(' and ') : hash(values.join());
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

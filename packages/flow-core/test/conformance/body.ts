/** The bodies of a program's steps: deterministic, and dependent on everything that a step can see. */
import { createHash } from 'node:crypto';
import { types } from 'node:util';
import type { Spec } from './program';

type Values = Record<string, unknown>;

/** What a body is given: by the engine, or by the reference interpreter. */
export interface Context {
  self?: Values;
  inputs?: Values[] | Record<string, Values>;
  params: Values;
  input?: unknown;
  index?: number;
  stack: readonly unknown[];
  iteration?: number;
}

/** How a test takes part in the bodies. */
export interface Hooks<C extends Context = Context> {
  /** Before a body does anything. What it throws, the body throws. */
  before?(key: string, context: C, spec: Spec): void;
  /** More to return. */
  extra?(key: string, spec: Spec): Values;
}

export type Merge = (inputs: object, options: { exclude: readonly string[] }) => object;

/** Where a task stands, as every test names it: `step|indices|iteration`. */
export function keyOf(step: string, indices: readonly number[], iteration: number | undefined): string {
  return `${step}|${indices.join('.')}|${iteration ?? ''}`;
}

/** The names that a body's text shows: absent where its step was caught. */
export const NAMED = ['mark'];

/** On the empty inputs of a join whose foreach had nothing to split: what stood before the foreach. */
export const BEFORE = Symbol('before');

export function bodyOf<C extends Context>(spec: Spec, merge: Merge, hooks: Hooks<C>) {
  return (context: C): Values | undefined => {
    const key = keyOf(spec.name, context.stack.map(placeOfItem).reverse(), context.iteration);
    hooks.before?.(key, context, spec);
    const seen = hash(`${spec.name}${spec.salt ?? ''} ${snapshot(context, spec.params, spec.narrow)}`);
    const { self, inputs } = context;
    const met = inputs && spec.merges ? meeting(Object.values(inputs), spec, seen) : undefined;
    const own: Values = { ...met?.set };
    for (const name of spec.sets) own[name] = madeOf(hash(seen + name));
    if (spec.on && spec.cases) own[spec.on] = spec.cases[numberOf(seen) % spec.cases.length];
    if (spec.while) own[spec.while] = (context.iteration as number) + 1 < (spec.times as number);
    const inherited = spec.narrow ? ['rows'].filter((name) => self && name in self) : Object.keys(self ?? {});
    Object.assign(own, lists(spec, seen, own, new Set([...(met?.passed ?? []), ...inherited])));
    Object.assign(own, hooks.extra?.(key, spec));
    if (spec.silent && Object.keys(own).length === spec.sets.length) return undefined;
    const passed = inputs && met ? merge(inputs, { exclude: met.exclude }) : {};
    return { ...passed, mark: seen, ...own };
  };
}

/** What a body gives for a context, without an engine. */
export function returnedBy(spec: Spec, context: Context): Record<string, unknown> {
  const copy = structuredClone(context);
  const before = context.inputs && (context.inputs as { [BEFORE]?: Values })[BEFORE];
  if (before) Object.defineProperty(copy.inputs, BEFORE, { value: structuredClone(before) });
  return bodyOf(spec, mergeBut(spec.drop), {})(copy) ?? {};
}

/** merge() on plain values. Names that differ are set or excluded by whoever merges: the first stands for all. What is dropped is not passed on. */
export function mergeBut(drop: readonly string[]): Merge {
  return (inputs, { exclude }) => {
    const merged: Record<string, unknown> = {};
    const before = (inputs as { [BEFORE]?: object })[BEFORE];
    const all = before ? [before] : Object.values(inputs);
    for (const [name, value] of all.flatMap((input) => Object.entries(input))) {
      if (exclude.includes(name) || drop.includes(name) || Object.hasOwn(merged, name)) continue;
      merged[name] = value;
    }
    return merged;
  };
}

/** What a merge meets: names that differ between inputs are set anew, or excluded. */
function meeting(inputs: Values[], spec: Spec, seen: string) {
  const first = new Map<string, string>();
  const differ = new Set<string>(['mark']);
  for (const input of inputs) {
    for (const name of Object.keys(input)) {
      const text = canonical(input[name]);
      if ((first.get(name) ?? text) !== text) differ.add(name);
      first.set(name, text);
    }
  }
  const anew = [...differ].filter(
    (name) => !['mark', 'rows'].includes(name) && numberOf(hash(name + seen)) % 2 === 0,
  );
  const exclude = [...spec.exclude, ...[...differ].filter((name) => name !== 'mark' && !anew.includes(name))];
  const passed = [...first.keys()].filter((name) => !exclude.includes(name));
  return { exclude, passed, set: Object.fromEntries(anew.map((name) => [name, madeOf(hash(name + seen))])) };
}

/** Lists for the foreaches that follow. Whatever is inherited under the name `rows` serves. */
function lists(spec: Spec, seen: string, own: Values, visible: ReadonlySet<string>): Values {
  const made: Values = {};
  const follows = ({ when }: Spec['lists'][number]) =>
    (when === undefined || own[spec.on as string] === when) && !(spec.while && own[spec.while]);
  // Several cases may lead to one foreach: the list is needed if any of them is taken.
  for (const list of [...spec.lists.filter(follows), ...spec.lists.filter((list) => !follows(list))]) {
    const { over, length, least } = list;
    if (over === 'rows' && visible.has('rows')) continue;
    if (follows(list) || !spec.sparing) made[over] ??= items(hash(seen + over), length, least);
    else if (over !== 'rows' && numberOf(seen) % 2 === 0) made[over] ??= [];
  }
  return made;
}

/** Items tell their place: as a number, a text or an object. */
function items(seed: string, longest: number, least: number): unknown[] {
  const length = longest > 3 ? longest : least + (numberOf(seed) % (longest - least + 1));
  const kind = numberOf(seed) % 3;
  return Array.from({ length }, (_, at) => [at, `${at}:${seed}`, { at, seed }][kind]);
}
function placeOfItem(item: unknown): number {
  return typeof item === 'object' ? (item as { at: number }).at : Number.parseInt(String(item), 10);
}

/** Everything that a body sees, as one text. @param narrow the only names that it looks at */
export function snapshot(context: Context, params = true, narrow?: readonly string[]): string {
  const { self, inputs, input, stack, iteration } = context;
  const index = narrow ? undefined : context.index;
  const sorted = (values: Values) =>
    (narrow?.filter((name) => Object.hasOwn(values, name)) ?? Object.keys(values).sort()).map((name) => [
      name,
      values[name],
    ]);
  return canonical([
    self && sorted(self),
    inputs && Object.keys(inputs).map((as) => [as, sorted((inputs as Record<string, Values>)[as] as Values)]),
    params ? sorted(context.params) : undefined,
    [input, index, [...stack], iteration],
  ]);
}

/** Texts beyond this length are repetitions: their ends tell them apart. */
const LONG = 1_000;

/** A value as JSON that tells apart what code can tell apart. Values of another realm count as ours. */
export function canonical(value: unknown): string {
  if (value === undefined) return '"undefined!"';
  if (typeof value === 'bigint') return `"bigint! ${value}"`;
  if (typeof value === 'number' && (Object.is(value, -0) || !Number.isFinite(value))) {
    return `"number! ${Object.is(value, -0) ? '-0' : value}"`;
  }
  if (typeof value === 'string' && value.length > LONG) {
    return `"text! ${value.length} ${value.slice(0, 40)} ${value.slice(-40)}"`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  let text = known.get(value);
  if (text === undefined) {
    text = ofObject(value);
    known.set(value, text);
  }
  return text;
}

/** Nobody here changes a value: what was written down once need not be again. */
const known = new WeakMap<object, string>();

function ofObject(value: object): string {
  if (Array.isArray(value)) return `[${Array.from(value, canonical).join()}]`;
  if (types.isMap(value)) return canonical(['Map!', ...value]);
  if (types.isDate(value)) return canonical(['Date!', value.getTime()]);
  if (types.isNativeError(value)) return canonical(['Error!', value.name, value.message]);
  if (ArrayBuffer.isView(value)) {
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    const text = bytes.length > LONG ? createHash('sha1').update(bytes).digest('hex') : bytes.toString('hex');
    return canonical(['bytes!', bytes.length, text]);
  }
  return `{${Object.entries(value).map(([name, v]) => `${JSON.stringify(name)}:${canonical(v)}`)}}`;
}

/** A value of some kind. */
function madeOf(seed: string): unknown {
  const n = numberOf(seed);
  switch (n % 12) {
    case 0:
      return new Map<unknown, unknown>([[seed, new Date(n)]]);
    case 1:
      return new Uint8Array(Buffer.from(seed, 'hex'));
    case 2:
      return { b: seed, a: [n, null, { deep: [seed] }] };
    case 3:
      return [undefined, Number.NaN, -0, true, 10n][n % 5];
    case 4:
      return [n, seed, [n]];
    case 5:
      return n % 7 === 0 ? seed.repeat(4_000) : null;
    case 6:
      return n / 3;
    default:
      return seed;
  }
}

function hash(text: string): string {
  return createHash('sha1').update(text).digest('hex').slice(0, 12);
}
function numberOf(seed: string): number {
  return Number.parseInt(seed.slice(0, 8), 16);
}

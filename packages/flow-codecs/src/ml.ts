/** Models of the ml-* packages (mljs). */
import { inspect } from 'node:util';
import type { InstanceCodec } from '@nx-flow/core';
import { classOf, library } from './library';

interface Model {
  toJSON(): unknown;
}
interface ModelClass {
  readonly name: string;
  readonly prototype: object;
  load(json: never): object;
}

/** The classes that are known by their names, and where they are. */
const PACKAGES: Record<string, readonly [name: string, from: number]> = {
  RandomForestClassifier: ['ml-random-forest', 2],
  RandomForestRegression: ['ml-random-forest', 2],
  DecisionTreeClassifier: ['ml-cart', 2],
  DecisionTreeRegression: ['ml-cart', 2],
  SimpleLinearRegression: ['ml-regression-simple-linear', 3],
};

const loads = new Map(
  Object.entries(PACKAGES).map(([name, [own, from]]) => [
    name,
    library<Record<string, ModelClass>>({ codec: 'ml', packages: [own], from, names: [name] }),
  ]),
);

/**
 * Models of ml-random-forest, ml-cart and ml-regression-simple-linear, by their `toJSON()` and `load()`. For those of any other
 * ml-* package, {@link mlModel}.
 */
export const ml: InstanceCodec<object> = {
  id: 'ml',
  version: 1,
  match(value) {
    const name = classOf(value);
    return name !== undefined && loads.has(name) && typeof (value as Partial<Model>).toJSON === 'function';
  },
  take: (value) => [classOf(value), kept(value.constructor as unknown as ModelClass, value)],
  make(taken) {
    const [name, json] = taken as [string, never];
    const load = loads.get(name);
    if (!load) throw new Error(`this version of the codec "ml" does not know the class ${name}`);
    return (load()[name] as ModelClass).load(json);
  },
  preview,
};

/**
 * The codec for a class that has `toJSON()` and a static `load()`, as all models of the ml-* packages have.
 *
 * @example
 * ```ts
 * const f = flow('words', { codecs: [mlModel(MultinomialNB)] });
 * ```
 * @param options `id`, recorded with every artifact: the name of the class, unless it is given
 */
export function mlModel(Class: ModelClass, { id = Class.name }: { id?: string } = {}): InstanceCodec<object> {
  return {
    id,
    version: 1,
    match: (value) =>
      typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Class.prototype,
    take: (value) => kept(Class, value),
    make: (taken) => Class.load(taken as never),
    preview,
  };
}

/** What is still there when it was stored and loaded: a model that has just been trained may know more. */
const kept = (Class: ModelClass, value: object): unknown =>
  plain((Class.load(plain((value as Model).toJSON()) as never) as Model).toJSON());

/** As JSON would give it, with every number as it is: `toJSON()` of what is inside, and else its properties. */
function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number>);
  const { toJSON } = value as Partial<Model>;
  if (typeof toJSON === 'function') return plain(toJSON.call(value));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, plain(item)]),
  );
}

/** Its own settings: a forest has thousands of lines. */
function preview(model: object): string {
  return inspect(model, { depth: 0, breakLength: Number.POSITIVE_INFINITY });
}

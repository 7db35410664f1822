/** Whether watched objects are what they were, in the few microseconds that a quick task is worth. */
import type { Watched } from './watched';

const { keys: namesOf, isExtensible } = Object;
const { get } = Reflect;
const Code = Function;

/**
 * Makes a function that says whether all properties have the values that they had. It is source text that names each
 * property, since V8 reads a property ten times as quickly when it is named as when a variable holds its name. Where code must not
 * be made from text (`node --disallow-code-generation-from-strings`) it returns undefined.
 *
 * @example
 * // of `Math.max` and `Math.min`: return o0["max"] === v0 && o0["min"] === v1 && n(o0).length === 0;
 */
export function comparisonOf(all: readonly Watched[]): (() => boolean) | undefined {
  const names: string[] = [];
  const given: unknown[] = [];
  const variable = (name: string, value: unknown) => {
    names.push(name);
    given.push(value);
    return name;
  };
  const countsNames = variable('n', namesOf);
  const extensible = variable('x', isExtensible);
  const parts = all.flatMap(({ object, keys, values, accessors, names }, i) => {
    const of = variable(`o${i}`, object);
    const property = (key: string | symbol, j: number) =>
      typeof key === 'symbol' ? variable(`s${i}_${j}`, key) : JSON.stringify(key);
    const as = (key: string | symbol, j: number, value: unknown) =>
      `${of}[${property(key, j)}] === ${variable(`v${i}_${j}`, value)}`;
    return [
      ...keys.map((key, j) => as(key, j, values[j])),
      // What a getter gives: to ask for the getter itself takes longer than all others together.
      ...accessors.map((key, j) => as(key, keys.length + j, get(object, key))),
      ...(names && names.length === 0 ? [`${countsNames}(${of}).length === 0`] : []),
      `${extensible}(${of})`,
    ];
  });
  try {
    const body = `return () => { try { return ${parts.join('\n && ')}; } catch { return false; } };`;
    return new Code(...names, body)(...given);
  } catch {
    return undefined;
  }
}

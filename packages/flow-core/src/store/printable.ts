/** What `console.log` prints of an object whose properties are read when they are looked at: their values. */

/** Node's `util.inspect` asks objects for a method of this name. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** Prints as a list or an object of its values. Every property is read by that, and counts as read. */
function shown(this: object): unknown {
  return Array.isArray(this) ? [...this] : { ...this };
}

/** Gives an object, or a list, that has getters the method. It can neither be enumerated nor spread. */
export function printable<T extends object>(object: T): T {
  return Object.defineProperty(object, INSPECT, { value: shown });
}

/** What stands behind a Proxy: `util.inspect` looks for the method there. */
export class Printable {}
Object.defineProperty(Printable.prototype, INSPECT, { value: shown });
Object.defineProperty(Printable.prototype, 'constructor', { value: Object });

/** The symbols that an object has as keys, without that of a method that only prints it. */
export function ownSymbols(object: object): symbol[] {
  const symbols = Object.getOwnPropertySymbols(object);
  if (symbols.length === 0) return symbols;
  return symbols.filter(
    (key) => key !== INSPECT || Object.getOwnPropertyDescriptor(object, key)?.value !== shown,
  );
}

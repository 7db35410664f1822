/** What `console.log` prints of an object whose properties are read when they are looked at: their values. */
import { thousands } from '../../definition/thousands';

/** Node's `util.inspect` asks objects for a method of this name. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** What gives an object of short values, where a value may be too large to be decoded for a line. */
export const SHORT = Symbol('short');

/** Prints as a list or an object of its values. Every property is read by that, and counts as read. */
function shown(this: object & { [SHORT]?: object }): unknown {
  return Array.isArray(this) ? [...this] : (this[SHORT] ?? { ...this });
}

/** What stands for a value of a record that is not decoded for a line. @param why it is not, where that is to be told */
export function unread({ type, size }: { type: string; size: number }, why?: string): Words {
  return new Words(`[${type}, ${thousands(size)} B${why === undefined ? '' : `, ${why}`}]`);
}

/** A value for a line, or what stands for one that cannot be read. */
export function readable(record: { type: string; size: number }, read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return unread(record, 'cannot be read');
  }
}

/** Prints as a text, not as a text in quotes: `[Array(300000), 12,345,678 B]`. */
export class Words {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  [INSPECT](): string {
    return this.#text;
  }
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
    (key) =>
      key !== SHORT && (key !== INSPECT || Object.getOwnPropertyDescriptor(object, key)?.value !== shown),
  );
}

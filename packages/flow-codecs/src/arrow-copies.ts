/**
 * Values of another copy of Apache Arrow, such as that of a database's driver. The library knows types by their classes, so it
 * would write wrong bytes of them without a word.
 */
import { classOf } from './library';

/** What is used of the copy that writes. */
export interface Copy {
  DataType: unknown;
  Vector: unknown;
}
type Class = { readonly prototype: object };

/** The same value, of this copy. Its memory is not copied. */
export function adopted<T extends object>(value: T, copy: Copy): T {
  return typesOf(value).every((type) => type instanceof (copy.DataType as new () => object))
    ? value
    : (new Adopter(copy).adopt(value) as T);
}

/** Those of its columns, or its own. */
function typesOf(value: object): unknown[] {
  const { schema, fields, type } = value as {
    schema?: { fields: { type: unknown }[] };
    fields?: { type: unknown }[];
    type?: unknown;
  };
  const columns = schema?.fields ?? fields;
  return columns ? columns.map((field) => field.type) : [type];
}

class Adopter {
  readonly #classes: Record<string, unknown>;
  readonly #adopted = new Map<object, unknown>();

  constructor(copy: Copy) {
    this.#classes = copy as unknown as Record<string, unknown>;
  }

  adopt(value: unknown): unknown {
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
    const known = this.#adopted.get(value) ?? this.#adopt(value);
    this.#adopted.set(value, known);
    return known;
  }

  #adopt(value: object): unknown {
    if (Array.isArray(value)) return value.map((item) => this.adopt(item));
    if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, this.adopt(item)]));
    // A vector of several chunks has a prototype without a class.
    if ('VectorName' in value && 'data' in value)
      return new (this.#classes.Vector as new (data: unknown) => object)(this.adopt(value.data));
    const name = classOf(value);
    if (name === undefined || name === 'Object') return value;
    // Some classes have another name inside of the library: `Timestamp_`.
    const Class = this.#classes[name] ?? this.#classes[name.replace(/_$/, '')];
    if (typeof Class !== 'function')
      throw new Error(`${name} of another copy of apache-arrow is not known here`);
    const entries = Object.entries(value).map(([key, item]) => [key, this.adopt(item)]);
    return Object.assign(Object.create((Class as unknown as Class).prototype), Object.fromEntries(entries));
  }
}

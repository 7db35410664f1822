/**
 * An object whose properties are made, or noted, when they are looked at. It is a Proxy, since V8 keeps each getter of an object,
 * with all that the getter refers to, until the next whole collection: for quick tasks that was a quarter of all their time.
 */
import { Printable } from '../../store/values/printable';

export type Getters = Record<string, () => unknown>;
type Values = Record<string, unknown>;

/** Properties that are set later are kept beside; those that are computed cannot be set. It prints as an object of its values. */
export function computed(getters: Getters): Values {
  return new Proxy(new Printable() as Values, new Computed(getters));
}

class Computed implements ProxyHandler<Values> {
  readonly #getters: Getters;

  constructor(getters: Getters) {
    this.#getters = getters;
  }

  get(values: Values, key: string | symbol): unknown {
    const get = this.#of(key);
    if (get) return get();
    return Object.hasOwn(values, key) ? values[key as string] : Reflect.get(Object.prototype, key);
  }

  has(values: Values, key: string | symbol): boolean {
    return this.#of(key) !== undefined || Reflect.has(values, key);
  }

  ownKeys(values: Values): (string | symbol)[] {
    return [...Object.keys(this.#getters), ...Reflect.ownKeys(values)];
  }

  getPrototypeOf(): object {
    return Object.prototype;
  }

  /** Whoever only asks which there are reads none. */
  getOwnPropertyDescriptor(values: Values, key: string | symbol): PropertyDescriptor | undefined {
    const get = this.#of(key);
    return get
      ? { get, set: undefined, enumerable: true, configurable: true }
      : Reflect.getOwnPropertyDescriptor(values, key);
  }

  set(values: Values, key: string | symbol, value: unknown): boolean {
    return this.#of(key) === undefined && Reflect.set(values, key, value);
  }

  defineProperty(values: Values, key: string | symbol, descriptor: PropertyDescriptor): boolean {
    return this.#of(key) === undefined && Reflect.defineProperty(values, key, descriptor);
  }

  deleteProperty(values: Values, key: string | symbol): boolean {
    return this.#of(key) === undefined && Reflect.deleteProperty(values, key);
  }

  #of(key: string | symbol): (() => unknown) | undefined {
    return typeof key === 'string' && Object.hasOwn(this.#getters, key) ? this.#getters[key] : undefined;
  }
}

/** Dates that all splits of a foreach see: what they say is no property, so to freeze them is not enough. */
import { types } from 'node:util';

/** What the Dates of a value say. */
export class Dates {
  readonly #dates: Date[] = [];
  readonly #times: number[] = [];

  add(date: Date): void {
    this.#dates.push(date);
    this.#times.push(getTime.call(date));
  }

  putBack(): void {
    for (let i = 0; i < this.#dates.length; i++) setTime.call(this.#dates[i], this.#times[i] as number);
  }
}
const { getTime, setTime } = Date.prototype;

/** A Date changes what is no property: its methods throw. */
export function freeze<T extends object>(v: T): T {
  if (types.isDate(v)) Object.setPrototypeOf(v, FROZEN_DATE);
  return Object.freeze(v);
}

const FROZEN_DATE = Object.create(Date.prototype);
for (const key of Object.getOwnPropertyNames(Date.prototype))
  if (key.startsWith('set')) Object.defineProperty(FROZEN_DATE, key, { value: refuse });
Object.freeze(FROZEN_DATE);

function refuse(): never {
  throw new TypeError(
    'This Date is the same for all splits of the foreach, by its option `share`: change a copy, new Date(…).',
  );
}

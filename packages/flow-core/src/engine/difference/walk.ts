/** Walks two values at once, and finds where they differ. */
import { types } from 'node:util';
import type { Codecs } from '../../store/values/artifacts';
import { bytesClass, nameOf } from '../../store/values/builtin-class';
import { isLater } from '../../store/values/later';
import { type FormOf, formsBy } from './form';
import type { Found } from './found';
import { compareLists } from './lists';
import { compareMemory, memoryOf } from './memory';
import { deltaOf } from './numbers';
import { isBare, isRow, type Row } from './row-key';
import { short } from './short';
import { compareTexts } from './texts';

/** What is nested deeper is left out. */
const DEEPEST = 300;

export class Walk {
  readonly #found: Found;
  readonly #codecs: Codecs;
  readonly #formOf: FormOf;
  /** What is being compared with what: a value may hold itself. */
  readonly #under = new Map<object, object>();

  constructor(found: Found, codecs: Codecs) {
    this.#found = found;
    this.#codecs = codecs;
    this.#formOf = formsBy(codecs);
  }

  values(before: unknown, after: unknown): void {
    if (Object.is(before, after) || !this.#found.spend()) return;
    if (typeof before === 'string' && typeof after === 'string') compareTexts(before, after, this.#found);
    else if (isObject(before) && isObject(after) && kindOf(before) === kindOf(after))
      this.#deeper(before, after);
    else this.#changed(before, after);
  }

  #deeper(before: object, after: object): void {
    if (this.#under.get(before) === after) return;
    if (this.#found.path.depth > DEEPEST) this.#found.leaveOut();
    else {
      this.#under.set(before, after);
      this.#objects(before, after);
      this.#under.delete(before);
    }
  }

  /** @param differs hears of each property that is another, is new or is gone */
  entries(before: Row, after: Row, differs: (name: string) => void = () => {}): void {
    const found = this.#found;
    const at = (name: string, work: () => void) => {
      const { total } = found;
      found.path.within(name, work);
      if (found.total > total) differs(name);
    };
    const [old, now] = [Object.keys(before), Object.keys(after)];
    for (const name of old) {
      if (Object.hasOwn(after, name)) {
        if (!Object.is(before[name], after[name])) at(name, () => this.values(before[name], after[name]));
        else if (!found.spend()) return;
      } else at(name, () => this.removed(before[name]));
    }
    for (const name of now) if (!Object.hasOwn(before, name)) at(name, () => this.added(after[name]));
    if (old.length === now.length) this.#order(old, now);
  }

  added(value: unknown): void {
    this.#found.count('added');
    this.#found.tell((path) => ({ kind: 'added', path, after: this.#short(value) }));
  }

  removed(value: unknown): void {
    this.#found.count('removed');
    this.#found.tell((path) => ({ kind: 'removed', path, before: this.#short(value) }));
  }

  #objects(before: object, after: object): void {
    const found = this.#found;
    if (Array.isArray(before)) compareLists(before, after as unknown[], found, this);
    else if (types.isMap(before)) this.#maps(before, after as Map<unknown, unknown>);
    else if (types.isSet(before)) this.#sets(before, after as Set<unknown>);
    else if (ArrayBuffer.isView(before) || types.isAnyArrayBuffer(before))
      compareMemory(memoryOf(before), memoryOf(after as typeof before), found);
    else if (types.isDate(before) || types.isRegExp(before) || types.isBoxedPrimitive(before))
      this.#words(before, after);
    else if (types.isNativeError(before)) this.entries(errorRow(before), errorRow(after as Error));
    else if (isRow(before)) this.entries(before, after as Row);
    else this.#instances(before, after);
  }

  #instances(before: object, after: object): void {
    const [old, now] = [this.#formOf(before), this.#formOf(after)];
    if (old && now && old.codec === now.codec) this.values(old.form, now.form);
    else if (short(before, WHOLE, this.#codecs) !== short(after, WHOLE, this.#codecs))
      this.#changed(before, after);
  }

  #words(before: object, after: object): void {
    if (this.#short(before) !== this.#short(after)) this.#changed(before, after);
  }

  /** Entries by their keys. What is no plain key is matched by its place. */
  #maps(before: Map<unknown, unknown>, after: Map<unknown, unknown>): void {
    const found = this.#found;
    const at = (key: unknown, work: () => void) =>
      found.path.within({ entry: short(key, 30, this.#codecs) }, work);
    if ([...before.keys(), ...after.keys()].some(isObject)) {
      this.values([...before], [...after]);
      return;
    }
    for (const [key, value] of before) {
      if (!found.spend()) return;
      if (after.has(key)) {
        if (!Object.is(value, after.get(key))) at(key, () => this.values(value, after.get(key)));
      } else at(key, () => this.removed(value));
    }
    for (const [key, value] of after) if (!before.has(key)) at(key, () => this.added(value));
    if (before.size === after.size) this.#order([...before.keys()], [...after.keys()]);
  }

  #sets(before: Set<unknown>, after: Set<unknown>): void {
    if ([...before, ...after].some(isObject)) {
      this.values([...before], [...after]);
      return;
    }
    if (!this.#found.spend(before.size + after.size)) return;
    for (const member of before) if (!after.has(member)) this.removed(member);
    for (const member of after) if (!before.has(member)) this.added(member);
    if (before.size === after.size) this.#order([...before], [...after]);
  }

  /** Where there are the same ones in another order. */
  #order(before: readonly unknown[], after: readonly unknown[]): void {
    if (before.every((name, i) => Object.is(name, after[i]))) return;
    const names = new Set(after);
    if (!before.every((name) => names.has(name))) return;
    this.#found.count('changed');
    this.#found.tell((path) => ({ kind: 'order', path }));
  }

  #changed(before: unknown, after: unknown): void {
    this.#found.count('changed');
    this.#found.tell((path) => {
      const [old, now] = [this.#short(before), this.#short(after)];
      const delta = deltaOf(before, after);
      return {
        ...{ kind: 'changed', path, before: old, after: old === now ? `another ${now}` : now },
        ...(delta === undefined ? {} : { delta }),
      };
    });
  }

  #short(value: unknown): string {
    return short(value, this.#found.bounds.width, this.#codecs);
  }
}

/** Of an instance that no codec knows. Characters. */
const WHOLE = 10_000;

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Values of different kinds have nothing in common. */
function kindOf(value: object): string {
  if (Array.isArray(value)) return 'Array';
  if (types.isNativeError(value)) return 'Error';
  if (isLater(value)) return `Later ${value.type}`;
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) return bytesClass(value);
  if (types.isMap(value)) return 'Map';
  if (types.isSet(value)) return 'Set';
  if (isRow(value)) return isBare(value) ? 'bare' : 'Object';
  return nameOf(value);
}

/** What counts of an error: not its stack, which shows where the code is. */
function errorRow(error: Error): Row {
  const { name, message, cause } = error;
  const own = Object.fromEntries(Object.entries(error).filter(([key]) => key !== 'stack'));
  return { name, message, ...(cause === undefined ? {} : { cause }), ...own };
}

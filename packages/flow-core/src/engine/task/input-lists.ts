/** Lists of inputs: each input is made when it is read. */
import { SOURCE, type Source } from '../../definition/merge';
import { printable } from '../../store/values/printable';

/** The inputs of a join that has none. merge() passes on what stood before its foreach. */
export function emptyList(before: () => object): unknown[] {
  const source = () => (before() as { [SOURCE]: Source })[SOURCE];
  return printable(Object.defineProperty([], SOURCE, { get: source }));
}

/** A list whose items are made when they are read. */
export function lazyList(makers: (() => unknown)[]): unknown[] {
  const list: unknown[] = new Array(makers.length);
  makers.forEach((make, i) => {
    Object.defineProperty(list, i, {
      enumerable: true,
      configurable: true,
      get() {
        const value = make();
        Object.defineProperty(list, i, { value, enumerable: true, configurable: true, writable: true });
        return value;
      },
    });
  });
  return printable(list);
}

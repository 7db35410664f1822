/** merge(): artifacts passed on, from plain objects in a unit test and by reference from the engine's. */
import { merge, mergedReferences, SOURCE, type Source } from '../../src/definition/merge';

describe('of plain objects', () => {
  test('has the artifacts of all inputs', () => {
    expect(merge({ left: { a: 1, n: 0 }, right: { b: 2, n: 0 } })).toEqual({ a: 1, b: 2, n: 0 });
    expect(merge([{ a: 1 }, { a: 1 }])).toEqual({ a: 1 });
  });

  test('leaves out what is excluded', () => {
    expect(merge({ left: { a: 1, n: 0 }, right: { b: 2, n: 1 } }, { exclude: ['n'] })).toEqual({
      a: 1,
      b: 2,
    });
  });

  test('passes the values on, not copies', () => {
    const list = [1];
    expect(merge({ one: { list } }).list).toBe(list);
  });

  test('of no inputs is empty', () => {
    expect({ ...merge([] as { a: number }[]) }).toMatchObject({});
    expect(Object.keys(merge([] as object[]))).toEqual([]);
    expect(mergedReferences({ ...merge([] as object[]) }).size).toBe(0);
  });
});

describe('of what the engine made', () => {
  let read: string[];
  beforeEach(() => {
    read = [];
  });
  /** An input as the engine makes it: whoever reads a value, by any way, is noted. */
  function input<T extends object>(label: string, values: T): Readonly<T> {
    const of = values as Record<string, unknown>;
    const source: Source = {
      label,
      names: () => Object.keys(of),
      digest: (name) => JSON.stringify(of[name]),
      reference: (name) => `${label}/${name}`,
      read(name) {
        read.push(`${label}/${name}`);
        return of[name];
      },
    };
    return new Proxy({} as T, {
      get: (_, key) => (key === SOURCE ? source : source.read(key as string)),
      ownKeys: () => Object.keys(of),
      getOwnPropertyDescriptor: (_, key) => ({
        value: source.read(key as string),
        enumerable: true,
        configurable: true,
      }),
    });
  }
  const taken = (returned: object) => Object.fromEntries(mergedReferences(returned));

  test('references survive a spread, and nothing is read', () => {
    const inputs = { left: input('left/1', { a: 1, n: 0 }), right: input('right/2', { b: 2, n: 0 }) };
    const returned = { ...merge(inputs), total: 3 };
    expect(taken(returned)).toEqual({ a: 'left/1/a', b: 'right/2/b', n: 'left/1/n' });
    expect(Object.entries(returned)).toEqual([['total', 3]]);
    expect(read).toEqual([]);
  });

  test('references are there without a spread, and through several', () => {
    const inputs = [input('each/1', { a: 1 }), input('each/2', { a: 1 })];
    expect(taken(merge(inputs))).toEqual({ a: 'each/1/a' });
    expect(taken({ ...{ ...merge(inputs) } })).toEqual({ a: 'each/1/a' });
    expect(read).toEqual([]);
  });

  test('conflicts are reported all at once, with where the values come from', () => {
    const inputs = [
      input('each/1', { a: 1, b: 'x', same: true }),
      input('each/2', { a: 2, b: 'x', same: true }),
      input('each/3', { a: 3, b: 'y', same: true }),
    ];
    const returned = { ...merge(inputs) };
    expect(() => mergedReferences(returned)).toThrow(
      expect.objectContaining({
        code: 'FLOW_MERGE_CONFLICT',
        exit: 1,
        message:
          'merge() met different values: "a" differs between each/1 and each/2; "b" differs between each/1 and each/3. ' +
          "Set them in the step's return value, or exclude them: merge(inputs, { exclude: […] }).",
      }),
    );
    expect(read).toEqual([]);
  });

  test('what is excluded neither conflicts nor is passed on', () => {
    const inputs = [input('each/1', { a: 1, b: 0 }), input('each/2', { a: 2, b: 0 })];
    expect(taken({ ...merge(inputs, { exclude: ['a'] }) })).toEqual({ b: 'each/1/b' });
  });

  test('a name that the step sets is its own, before or behind the merge, and does not conflict', () => {
    const inputs = [input('each/1', { a: 1, b: 0 }), input('each/2', { a: 2, b: 0 })];
    expect(taken({ ...merge(inputs), a: 5 })).toEqual({ b: 'each/1/b' });
    expect(taken({ a: undefined, ...(merge(inputs) as object) })).toEqual({ b: 'each/1/b' });
  });

  test('several merges in one return value are all passed on, the last of a name wins', () => {
    const one = input('one/1', { a: 1, n: 1 });
    const two = input('two/2', { b: 2, n: 2 });
    const three = input('three/3', { n: 3 });
    const returned = { ...merge({ one, three }), ...merge({ two }) };
    expect(taken(returned)).toEqual({ a: 'one/1/a', b: 'two/2/b', n: 'two/2/n' });
    expect(read).toEqual([]);
  });

  test('a merged value can be read: from the input that it comes from', () => {
    const merged = merge({ left: input('left/1', { a: 1 }), right: input('right/2', { b: 2 }) });
    expect(merged.a + merged.b).toBe(3);
    expect(read).toEqual(['left/1/a', 'right/2/b']);
  });

  test('what was returned without a merge has no references', () => {
    expect(mergedReferences({ a: 1 }).size).toBe(0);
  });
});

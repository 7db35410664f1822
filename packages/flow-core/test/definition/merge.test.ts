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

  test('names with different values conflict as in a run, unless the step sets them', () => {
    const inputs = [
      { loss: 0.25, seed: [1], same: { x: 1 } },
      { loss: 0.25, seed: [2], same: { x: 1 } },
      { loss: 0.5, seed: [1], same: { x: 1 } },
    ];
    const returned = { ...merge(inputs) };
    expect(Object.entries(returned)).toEqual([['same', { x: 1 }]]);
    expect(() => mergedReferences(returned)).toThrow(
      'merge() met different values of 2 names:\n' +
        '  "loss": 2 inputs (inputs[0], inputs[1]) have 0.25; inputs[2] has 0.5\n' +
        '  "seed": 2 inputs (inputs[0], inputs[2]) have [ 1 ]; inputs[1] has [ 2 ]\n' +
        "Return them from the step itself, or leave them out: merge(inputs, { exclude: ['loss', 'seed'] })",
    );
    expect(mergedReferences({ ...merge(inputs), loss: inputs[0]?.loss, seed: [] }).size).toBe(0);
    const { loss, ...rest } = merge(inputs, { exclude: ['seed'] });
    expect([loss, mergedReferences(rest).size]).toEqual([0.25, 0]);
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
      preview: (name) => JSON.stringify(of[name]),
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
          'merge() met different values of 2 names:\n' +
          '  "a": each/1 has 1; each/2 has 2; each/3 has 3\n' +
          '  "b": 2 inputs (each/1, each/2) have "x"; each/3 has "y"\n' +
          "Return them from the step itself, or leave them out: merge(inputs, { exclude: ['a', 'b'] })",
        problems: [
          { code: 'FLOW_MERGE_CONFLICT', message: '"a": each/1 has 1; each/2 has 2; each/3 has 3' },
          {
            code: 'FLOW_MERGE_CONFLICT',
            message: '"b": 2 inputs (each/1, each/2) have "x"; each/3 has "y"',
          },
        ],
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

  test('many inputs and many values are told in few words, and the call keeps what it excluded', () => {
    const inputs = Array.from({ length: 200 }, (_, i) =>
      input(`movies/12/train/${i + 1}`, { loss: i < 180 ? 0.25 : i, "it's": i % 2, seen: i }),
    );
    expect(() => mergedReferences({ ...merge(inputs, { exclude: ['seen'] }) })).toThrow(
      expect.objectContaining({
        message:
          'merge() met different values of 2 names:\n' +
          '  "loss": 180 inputs (movies/12/train/1, movies/12/train/2, …) have 0.25; movies/12/train/181 has 180; ' +
          'movies/12/train/182 has 181; movies/12/train/183 has 182; 17 more have 17 other values\n' +
          '  "it\'s": 100 inputs (movies/12/train/1, movies/12/train/3, …) have 0; ' +
          '100 inputs (movies/12/train/2, movies/12/train/4, …) have 1\n' +
          "Return them from the step itself, or leave them out: merge(inputs, { exclude: ['seen', 'loss', 'it\\'s'] })",
      }),
    );
    expect(read).toEqual([]);
  });

  test('what is included is passed on alone, typed, and a conflict says what to include instead', () => {
    const inputs = { left: input('left/1', { a: 1, n: 0 }), right: input('right/2', { b: 2, n: 1 }) };
    const merged = merge(inputs, { include: ['a', 'b'] });
    const sum: number = merged.a + merged.b;
    // @ts-expect-error not included
    void merged.n;
    // @ts-expect-error no input has it
    expect(() => merge(inputs, { include: ['a', 'bb'] })).toThrow(
      expect.objectContaining({
        code: 'FLOW_MERGE_NAME',
        message: 'merge() is to include what no input has: "bb". Did you mean "b"?',
      }),
    );
    expect(sum).toBe(3);
    expect(taken({ ...merged })).toEqual({ a: 'left/1/a', b: 'right/2/b' });
    expect(() => mergedReferences({ ...merge(inputs, { include: ['a', 'n'] }) })).toThrow(
      '  "n": left/1 has 0; right/2 has 1\nReturn it from the step itself, or leave it out: merge(inputs, { include: [\'a\'] })',
    );
  });

  test('include and exclude at once are refused', () => {
    const both = { include: ['a'], exclude: ['a'] } as never;
    expect(() => merge([input('one/1', { a: 1 })], both)).toThrow(
      expect.objectContaining({ code: 'FLOW_MERGE_OPTIONS' }),
    );
  });

  test('the rest of a destructured merge passes on what was not taken out, without reading it', () => {
    const inputs = [input('one/1', { a: 1, b: 2, c: 3 }), input('one/2', { a: 1, b: 2, c: 4 })];
    const { a, c, ...rest } = merge(inputs);
    expect([a, c]).toEqual([1, 3]);
    expect(read).toEqual(['one/1/a', 'one/1/c']);
    expect(taken(rest)).toEqual({ b: 'one/1/b' });
    expect(taken({ ...rest, more: 1 })).toEqual({ b: 'one/1/b' });
    const { a: _, b: __, c: ___, ...none } = merge(inputs);
    expect(taken(none)).toEqual({});
    expect(taken(Object.assign({}, merge(inputs, { exclude: ['c'] })))).toEqual({
      a: 'one/1/a',
      b: 'one/1/b',
    });
  });

  test('a merged object that is taken apart can be spread whole afterwards', () => {
    const merged = merge([input('one/1', { a: 1, b: 2 })]);
    const { a: _, ...rest } = merged;
    expect(taken(rest)).toEqual({ b: 'one/1/b' });
    expect(taken(merged)).toEqual({ a: 'one/1/a', b: 'one/1/b' });
    expect(taken({ ...merged })).toEqual({ a: 'one/1/a', b: 'one/1/b' });
    delete (merged as { a?: number }).a;
    expect(taken({ ...merged })).toEqual({ b: 'one/1/b' });
    Object.assign(merged, { b: 9 });
    expect(taken(merged)).toEqual({});
    expect(Object.entries({ ...merged })).toEqual([['b', 9]]);
  });
});

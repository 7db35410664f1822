/** What a foreach shares: the same frozen value for all its splits, and copies of what cannot be frozen. */
import { isDeepStrictEqual, types } from 'node:util';
import { frozenCopy, Shared } from '../../src/definition/shared';

class Point {
  constructor(
    public x: number,
    public y: number,
  ) {}
}
const copyPoint = (value: object) => new Point((value as Point).x, (value as Point).y);
const split = (shared: Shared) => shared.forSplit(copyPoint);

test('plain data is frozen in place, to its depths, and is the very same for all', () => {
  const value = {
    rows: [{ id: 1, deep: { list: [[1]] } }, Object.assign(Object.create(null), { bare: {} })],
    named: Object.assign([1, 2], { more: { x: 1 } }),
    holes: new Array(3),
    nothing: null,
    big: 10n,
  };
  const shared = new Shared(value);
  expect(split(shared)).toBe(value);
  expect(split(shared)).toBe(split(shared));
  const all: object[] = [value, value.rows, value.holes, value.named, value.named.more];
  all.push(...value.rows, value.rows[0].deep.list[0], value.rows[1].bare);
  for (const part of all) expect(Object.isFrozen(part)).toBe(true);
  expect(() => {
    value.rows[0].deep.list[0].push(2);
  }).toThrow(TypeError);
  for (const plain of [1, 'x', undefined, null]) expect(split(new Shared(plain))).toBe(plain);
});

test('a Date has setters that throw, and is still what it was', () => {
  const { date } = split(new Shared({ date: new Date(5) })) as { date: Date };
  for (const change of [() => date.setTime(6), () => date.setUTCFullYear(2000)])
    expect(change).toThrow(
      new TypeError(
        'This Date is the same for all splits of the foreach, by its option `share`: change a copy, new Date(…).',
      ),
    );
  expect([date.getTime(), date instanceof Date, new Date(date).setTime(6)]).toEqual([5, true, 6]);
  // Whoever gets around them changes it for one split at the most.
  const shared = new Shared({ date: new Date(5), none: new Date(Number.NaN) });
  const seen = split(shared) as { date: Date; none: Date };
  Date.prototype.setTime.call(seen.date, 6);
  Date.prototype.setFullYear.call(seen.none, 2000);
  const next = split(shared) as typeof seen;
  expect([next.date.getTime(), next.none.getTime()]).toEqual([5, Number.NaN]);
  // Nobody gets at the methods that throw.
  expect(Object.isFrozen(Object.getPrototypeOf(date))).toBe(true);
});

test('each split has a Map and a Set of its own, and what lies in them is the very same, and frozen', () => {
  const given = () => ({ map: new Map([['a', { n: 1 }]]), set: new Set([{ n: 2 }]) });
  const shared = new Shared(given());
  const [one, other] = [split(shared), split(shared)] as ReturnType<typeof given>[];
  if (!one || !other) throw new Error('none');
  expect(isDeepStrictEqual(one, given())).toBe(true);
  expect(one.map.get('a')).toBe(other.map.get('a'));
  expect([...one.set][0]).toBe([...other.set][0]);
  expect([Object.isFrozen(one.map.get('a')), Object.isFrozen([...one.set][0])]).toEqual([true, true]);
  // However it is changed.
  Map.prototype.set.call(one.map, 'b', 1);
  one.set.clear();
  expect(isDeepStrictEqual(other, given())).toBe(true);
  expect(isDeepStrictEqual(split(shared), given())).toBe(true);
});

test('an instance or an error that holds what something else holds is copied with the whole value', () => {
  const at = { x: 1 };
  class Holder {
    constructor(readonly held: unknown) {}
  }
  for (const value of [
    { at, all: [new Holder(at)] },
    [new Holder(at), new Holder([at])],
    { error: new Error('no', { cause: new Set([1]) }) },
  ])
    expect(new Shared(value).isWhole).toBe(true);
  const self = new Holder(undefined);
  Object.assign(self, { held: [self] });
  for (const value of [{ at, all: [new Holder({ x: 1 })] }, { self }, { error: new Error('no') }])
    expect(new Shared(value).isWhole).toBe(false);
  // So it is where most of it had to be copied.
  expect(new Shared(Array.from({ length: 1100 }, () => ({ tags: new Set() }))).isWhole).toBe(true);
});

test('bytes, a RegExp and instances of classes are copied for each split, with all that holds them', () => {
  const point = new Point(1, 2);
  const value = {
    shared: { rows: [1] },
    apart: { bytes: new Float64Array([1, 2]), buffer: Buffer.from('ab'), memory: new ArrayBuffer(2) },
    map: new Map<string, unknown>([['point', point]]),
    set: new Set<unknown>([/x/g]),
    view: new DataView(new ArrayBuffer(4)),
    twice: [point, point],
  };
  const shared = new Shared(value);
  const [one, other] = [split(shared), split(shared)] as (typeof value)[];
  if (!one || !other) throw new Error('none');
  expect(one).toEqual(other);
  expect(one.shared).toBe(other.shared);
  for (const name of ['apart', 'map', 'set', 'view', 'twice'] as const)
    expect(one[name]).not.toBe(other[name]);
  for (const name of ['bytes', 'buffer', 'memory'] as const)
    expect(one.apart[name]).not.toBe(other.apart[name]);
  one.apart.bytes[0] = 9;
  one.apart.buffer[0] = 9;
  (one.map.get('point') as Point).x = 9;
  expect([other.apart.bytes[0], other.apart.buffer[0], (other.map.get('point') as Point).x]).toEqual([
    1, 97, 1,
  ]);
  expect(Buffer.isBuffer(one.apart.buffer)).toBe(true);
  // What holds them is frozen all the same, and one instance stays one.
  for (const part of [one, one.apart, one.twice]) expect(Object.isFrozen(part)).toBe(true);
  expect(one.twice[0]).toBe(one.twice[1]);
  expect(one.map.get('point')).toBe(one.twice[0]);
  const [regExp] = one.set as Set<RegExp>;
  expect(regExp?.test('axx') && regExp.lastIndex).toBe(2);
});

test('an instance that its class has frozen is copied all the same', () => {
  const shared = new Shared({ all: [Object.freeze(new Point(1, 2))] });
  const [one, other] = [split(shared), split(shared)] as { all: Point[] }[];
  expect(one?.all[0]).toEqual(new Point(1, 2));
  expect(one?.all[0]).not.toBe(other?.all[0]);
});

test('cycles are kept, with and without copies', () => {
  const value: Record<string, unknown> = { list: [] };
  value.self = value;
  (value.list as unknown[]).push(value);
  expect(split(new Shared(value))).toBe(value);
  const holding: Record<string, unknown> = { bytes: new Uint8Array(1) };
  holding.self = holding;
  const got = split(new Shared(holding)) as typeof holding;
  expect(got).not.toBe(holding);
  expect(got.self).toBe(got);
});

test('an error is frozen with its cause', () => {
  const error = new Error('no', { cause: { deep: [1] } });
  expect(split(new Shared({ error }))).toEqual({ error });
  expect([Object.isFrozen(error), Object.isFrozen(error.cause), types.isNativeError(error)]).toEqual([
    true,
    true,
    true,
  ]);
});

test('a frozen copy leaves what was given as it was', () => {
  const point = new Point(1, 2);
  const given = {
    rows: [{ id: 1 }],
    map: new Map([['a', [1]]]),
    date: new Date(1),
    bytes: Buffer.from('a'),
    point,
  };
  const copy = frozenCopy(given) as typeof given;
  expect([copy.rows, [...copy.map], copy.date.getTime(), copy.bytes]).toEqual([
    [{ id: 1 }],
    [['a', [1]]],
    1,
    Buffer.from('a'),
  ]);
  expect(copy.point).toBe(point);
  expect(Object.isFrozen(copy.rows[0])).toBe(true);
  expect(() => copy.date.setTime(2)).toThrow(TypeError);
  given.rows[0] = { id: 2 };
  given.map.set('b', []);
  expect(isDeepStrictEqual([copy.rows[0], copy.map.size], [{ id: 1 }, 1])).toBe(true);
});

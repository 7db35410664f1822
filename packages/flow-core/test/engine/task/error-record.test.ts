/** Describing what was thrown never fails, whatever it is, and never takes long. */
import { runInNewContext } from 'node:vm';
import { toRecord } from '../../../src/engine/task/error-record';

const refuse = (): never => {
  throw new Error('refused');
};
const refusing = new Proxy(new Error('inside'), {
  get: refuse,
  has: refuse,
  getPrototypeOf: refuse,
  ownKeys: refuse,
  getOwnPropertyDescriptor: refuse,
});
const withGetters = new Error('x');
for (const name of ['stack', 'message', 'name', 'cause', 'errors', 'own'])
  Object.defineProperty(withGetters, name, { get: refuse, enumerable: name === 'own' });
const nameless = Object.assign(new Error('no text'), { name: { toString: refuse } });
const revoked = (() => {
  const { proxy, revoke } = Proxy.revocable(() => {}, {});
  revoke();
  return proxy;
})();
const circle: Record<string, unknown> = { n: 1n };
circle.self = circle;

test.each<[what: string, thrown: unknown, message: RegExp]>([
  [
    'a Response',
    new Response('', { status: 429, headers: { 'set-cookie': 'secret' } }),
    /thrown: a value of the class Response, with the status 429$/,
  ],
  ['a Map', new Map([[1, 2]]), /thrown: Map\(1\) \{ 1 => 2 \}$/],
  ['undefined', undefined, /^a value that is no Error was thrown: undefined$/],
  ['null', null, /: null$/],
  ['a symbol', Symbol('s'), /: Symbol\(s\)$/],
  ['a function', () => 1, /: \[Function/],
  ['a BigInt', 3n, /: 3n$/],
  ['an object without a prototype', Object.assign(Object.create(null), { code: 3n }), /\{ code: 3n \}$/],
  ['a circle', circle, /n: 1n, self: \[Circular/],
  ['a Proxy that refuses everything', refusing, /thrown: Error: inside$/],
  ['a Proxy that was revoked', revoked, /: <Revoked Proxy>$/],
  ['an object whose toJSON throws', { toJSON: refuse }, /: \{ toJSON: \[Function: refuse\] \}$/],
  ['an Error whose getters throw', withGetters, /^its message cannot be read$/],
  ['an Error whose name has no text', nameless, /^no text$/],
  ['an Error of another realm', runInNewContext('new RangeError("elsewhere")'), /^elsewhere$/],
])('%s', (_, thrown, message) => {
  const record = toRecord(thrown);
  expect(record.message).toMatch(message);
  // It travels between processes, and into the store.
  expect(structuredClone(record)).toEqual(record);
  expect(toRecord(new Error('outer', { cause: thrown })).message).toBe('outer');
  expect(toRecord(new AggregateError([thrown], 'both')).errors).toHaveLength(1);
});

test('fields that cannot be read are left out, and the others stay', () => {
  const error = Object.assign(new Error('x'), { status: 404, big: 3n, code: 7, when: new Date(0) });
  Object.defineProperty(error, 'secret', { get: refuse, enumerable: true });
  expect(toRecord(error).fields).toEqual({ status: 404, code: 7 });
});

test('errors within errors are kept up to a hundred, in no more time than that takes', () => {
  let error: Error = new Error('innermost');
  for (let i = 0; i < 12; i++) error = new AggregateError(Array(30).fill(error), `level ${i}`);
  const count = (record: ReturnType<typeof toRecord>): number =>
    1 + (record.errors ?? []).reduce((sum, one) => sum + count(one), 0);
  expect(count(toRecord(error))).toBe(100);
});

test('a cause that leads back to its error ends', () => {
  const error = new Error('a');
  error.cause = new Error('b', { cause: error });
  expect(toRecord(error).cause?.cause).toEqual({ name: 'Error', message: '(circular)' });
  Object.assign(error, { errors: [error, error.cause, new Error('c')] });
  expect(toRecord(error).errors?.map(({ message }) => message)).toEqual(['(circular)', 'b', 'c']);
});

test('a text of many megabytes is cut, and says by how much', () => {
  const { message, stack } = toRecord(
    Object.assign(new Error('x'.repeat(5_000_000)), { stack: 's'.repeat(9e6) }),
  );
  expect(message).toMatch(/x… \(4934464 more characters\)$/);
  expect(stack?.length).toBeLessThan(70_000);
  expect(toRecord(new Error('x\n'.repeat(1e6))).stack).toMatch(
    /more characters\)\n +at .*error-record\.test\.ts:/,
  );
  expect(toRecord('y'.repeat(1e6)).message.length).toBeLessThan(5000);
});

/** Only what a client of ours sends is a request: anything else reached LevelDB, or kept the broker busy for minutes. */
import { isRequest, requireWhole } from '../../../src/store/broker/requests';

function isTaken(message: unknown): boolean {
  if (!isRequest(message)) return false;
  try {
    requireWhole(message);
    return true;
  } catch {
    return false;
  }
}

const range = { gte: 'a', lt: 'b', limit: 5 };
const put = { key: 'a', value: 'v' };

test.each([
  { op: 'get', key: 'a' },
  { op: 'getMany', keys: [] },
  { op: 'getMany', keys: ['a'], atOnce: true },
  { op: 'range', query: { ...range, atOnce: true } },
  { op: 'range', query: range },
  {
    op: 'range',
    query: {
      ...range,
      reverse: undefined,
      limit: Number.POSITIVE_INFINITY,
      having: ['x'],
      only: true,
      twins: true,
    },
  },
  { op: 'inspect', query: { ...range, reverse: true } },
  { op: 'batch', ops: [put, { key: 'b', value: undefined }], options: {} },
  { op: 'batch', ops: [{ key: 'b', value: Buffer.from('v') }], options: { sync: true, fence: 'f' } },
  { op: 'claim', counterKey: 'c', nonceKey: 'n' },
  { op: 'generation' },
  { op: 'hold', name: 'n' },
  { op: 'states', names: ['n'] },
  { op: 'take', name: 'n', surely: false },
  { op: 'subscribe' },
  { op: 'publish', event: null },
])('a request: %j', (request) => {
  expect(isTaken({ id: 1, ...request })).toBe(true);
});

test.each([
  undefined,
  null,
  'get',
  [],
  new Map(),
  { op: 'get', key: 'a', id: 'x' },
  { op: 'toString' },
  { op: ['get'], key: 'a' },
  { op: 'get' },
  { op: 'get', key: '' },
  { op: 'getMany', keys: 'ab' },
  { op: 'getMany', keys: { length: 1e9 } },
  { op: 'getMany', keys: [], atOnce: 1 },
  { op: 'range', query: { ...range, atOnce: 'x' } },
  { op: 'range', query: null },
  { op: 'range', query: { ...range, limit: Number.NaN } },
  { op: 'range', query: { ...range, limit: -1 } },
  { op: 'range', query: { ...range, gte: 5 } },
  { op: 'range', query: { ...range, having: 'x' } },
  { op: 'range', query: { ...range, only: 'x' } },
  { op: 'range', query: { ...range, twins: 1 } },
  { op: 'batch', ops: { length: 1e9 }, options: {} },
  { op: 'batch', ops: [put], options: { sync: 'x' } },
  { op: 'batch', ops: [put], options: { fence: {} } },
  { op: 'batch', ops: [{ key: 5, value: 'v' }], options: {} },
  // Copied item by item, it took minutes.
  { op: 'batch', ops: [{ key: 'a', value: { length: 1e9 } }], options: {} },
  { op: 'batch', ops: [{ key: 'a', value: 5 }], options: {} },
  { op: 'claim', counterKey: 'c' },
  { op: 'hold', name: {} },
  { op: 'states', names: 'n' },
  { op: 'take', name: 'n', surely: 1 },
])('none: %j', (message) => {
  const whole = Object.getPrototypeOf(message ?? [])?.constructor === Object;
  expect(isTaken(whole ? { id: 1, ...(message as object) } : message)).toBe(false);
});

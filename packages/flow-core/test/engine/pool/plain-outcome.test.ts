import { placeBytes, withPlain } from '../../../src/engine/pool/plain-outcome';
import type { TaskOutcome } from '../../../src/engine/task/task';

const meta = { codec: 'v8', version: 1, type: 'number', size: 2, digest: 'd' };
const outcome = (): TaskOutcome => ({
  startedAt: 1,
  durationMs: 2,
  status: 'done',
  result: {
    stored: [
      ['a', { ...meta, bytes: new Uint8Array([1, 2]) }],
      ['large', { ...meta, hash: 'h' }],
      ['b', { ...meta, bytes: new Uint8Array([3]) }],
    ],
    references: [],
    counts: { each: 3 },
    reads: { names: [['x', null]] },
  },
});

test('an outcome comes as it went, and the one that was sent is as before', () => {
  const sent = outcome();
  let text = '';
  let beside: Uint8Array[] = [];
  const isPlain = withPlain(sent, (bytes) => {
    text = JSON.stringify(sent);
    beside = bytes;
  });
  expect(isPlain).toBe(true);
  expect(sent).toEqual(outcome());
  const found = JSON.parse(text) as TaskOutcome;
  placeBytes(found, beside);
  expect(found).toEqual(outcome());
});

test.each([
  [
    'failed',
    { startedAt: 1, durationMs: 2, status: 'failed', failure: { error: { name: 'Error', message: 'm' } } },
  ],
  ['shows something', { ...outcome(), cards: [] }],
  [
    'passes something on',
    { ...outcome(), result: { ...(outcome() as { result: object }).result, references: [['a', {}]] } },
  ],
])('one that %s is no plain one', (_, other) => {
  expect(
    withPlain(other as TaskOutcome, () => {
      throw new Error('sent');
    }),
  ).toBe(false);
});

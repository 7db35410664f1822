import { framed, framedPlain, HEAD, KEY, read, sizeOf } from '../../src/process/frames';

const key = Buffer.alloc(KEY, 7);

test.each([
  ['nothing beside it', []],
  [
    'bytes beside it, also none',
    [new Uint8Array([1, 2, 3]), new Uint8Array(0), new Uint8Array(70_000).fill(9)],
  ],
])('a plain message is read as it was: %s', (_, beside) => {
  const message = { text: 'é \ud800 😀 \u2028', list: [null, 1.5, true], nested: { reads: {} } };
  const frame = Buffer.from(framedPlain(message, beside, key));
  expect(sizeOf(frame.subarray(0, HEAD))).toBe(frame.length);
  const [found, bytes = []] = read<typeof message>(frame);
  expect(found).toEqual(message);
  expect(bytes.map((one) => [...one])).toEqual(beside.map((one) => [...one]));
});

test('any other message is read as V8 wrote it', () => {
  const message = { map: new Map([[1n, undefined]]), bytes: new Uint8Array([1]) };
  const frame = framed(message, key);
  expect(sizeOf(frame)).toBe(frame.length);
  expect(read(frame)).toEqual([message]);
});

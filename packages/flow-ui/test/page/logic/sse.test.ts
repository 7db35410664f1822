/** A stream of events that comes in pieces of any size. */
import { streamReader } from '../../../src/page/logic/sse';

const STREAM =
  ': hello\n\ndata: {"type":"hello"}\n\nevent: x\r\nid: 4\r\ndata: {"text":"a\\nb"}\r\n\r\ndata: [1,\ndata: 2]\n\n';
const VALUES = [{ type: 'hello' }, { text: 'a\nb' }, [1, 2]];

test.each([1, 2, 3, 7, STREAM.length])('pieces of %d characters', (size) => {
  const read = streamReader();
  const pieces = Array.from({ length: Math.ceil(STREAM.length / size) }, (_, i) =>
    STREAM.slice(i * size, (i + 1) * size),
  );
  expect(pieces.flatMap(read)).toEqual(VALUES);
});

test('an event that is not ended yet is not told', () => {
  const read = streamReader();
  expect(read('data: 1\n')).toEqual([]);
  expect(read('\n')).toEqual([1]);
});

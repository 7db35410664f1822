/** An address of a frame answers once, and not for long. */
import { Frames } from '../../../src/server/frames/frames';

const framed = { html: '<p>', policy: 'sandbox' };
const idIn = (url: string) => url.slice('/frame/'.length);

test('once', () => {
  const frames = new Frames();
  const id = idIn(frames.add(framed));
  expect(id).toMatch(/^[\w-]{32}$/);
  expect(frames.take(id)).toEqual(framed);
  expect(frames.take(id)).toBeUndefined();
  expect(frames.take('none')).toBeUndefined();
});

test('within a minute', () => {
  const frames = new Frames();
  const [early, late] = [frames.add(framed, 1000), frames.add(framed, 1000)].map(idIn) as [string, string];
  expect(frames.take(early, 61_000)).toEqual(framed);
  expect(frames.take(late, 61_001)).toBeUndefined();
});

test('what nobody asks for takes no more than its room: the oldest goes', () => {
  const frames = new Frames();
  const large = { html: 'a'.repeat(30 * 1024 * 1024), policy: 'sandbox' };
  const ids = [1, 2, 3].map(() => idIn(frames.add(large)));
  expect(ids.map((id) => frames.take(id) !== undefined)).toEqual([false, true, true]);
});

/** The part of a timeline that is in sight. */
import { marks, markText, moved, zoomed } from '../../../src/page/logic/scale';

const whole = { from: 0, to: 1000 };

test('zooming keeps the time under the pointer, and ends at the whole', () => {
  expect(zoomed(whole, 500, 0.5, whole)).toEqual({ from: 250, to: 750 });
  expect(zoomed({ from: 250, to: 750 }, 250, 0.5, whole)).toEqual({ from: 250, to: 500 });
  expect(zoomed({ from: 0, to: 500 }, 400, 2, whole)).toEqual(whole);
  expect(zoomed({ from: 0, to: 500 }, 0, 100, whole)).toEqual(whole);
  expect(zoomed({ from: 10, to: 11 }, 10, 0.1, whole)).toEqual({ from: 10, to: 11 });
});

test('moving ends at either end', () => {
  const range = { from: 200, to: 400 };
  expect([moved(range, 100, whole), moved(range, -900, whole), moved(range, 900, whole)]).toEqual([
    { from: 300, to: 500 },
    { from: 0, to: 200 },
    { from: 800, to: 1000 },
  ]);
});

test('marks are round, and far enough from each other', () => {
  expect(marks(whole, 1100)).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000]);
  expect(marks({ from: 61_000, to: 190_000 }, 400)).toEqual([120_000, 180_000]);
  expect(marks({ from: 0, to: 10 * 86_400_000 }, 300)).toHaveLength(3);
  expect(marks({ from: 0, to: 1 }, 0).length).toBeLessThan(3);
});

test.each([
  [0, '0'],
  [0.5, '0.5 ms'],
  [250, '250 ms'],
  [1500, '1.5 s'],
  [125_000, '2:05'],
  [3_725_000, '1:02:05'],
])('%d ms is marked %s', (ms, text) => expect(markText(ms)).toBe(text));

/** Durations, times and sizes as the page says them. */
import {
  agoText,
  bytesText,
  countText,
  durationText,
  tickingText,
  valueText,
} from '../../../src/page/logic/words';

test.each([
  [0, '0.0 ms'],
  [9.96, '10 ms'],
  [999.6, '1.0 s'],
  [59_949, '59.9 s'],
  [59_951, '1 min 00 s'],
  [3_599_600, '1 h 00 min'],
  [-5, '0.0 ms'],
])('%d ms is %s', (ms, text) => expect(durationText(ms)).toBe(text));

test('what goes on is told in whole seconds', () => {
  expect([tickingText(-20), tickingText(1999), tickingText(61_000)]).toEqual(['0 s', '1 s', '1 min 01 s']);
});

test('times are relative for a day', () => {
  const now = new Date(2026, 10, 30, 12).getTime();
  const ago = (minutes: number) => agoText(now - minutes * 60_000, now);
  expect([ago(-3), ago(0), ago(5), ago(125), ago(24 * 60)]).toEqual([
    ...['just now', 'just now', '5 min ago', '2 h ago'],
    '2026-11-29 12:00',
  ]);
});

test.each([
  [999, '999 B'],
  [1000, '1.0 KB'],
  [999_500, '1.0 MB'],
  [12_345_678, '12 MB'],
  [3.2e12, '3.2 TB'],
])('%d bytes are %s', (bytes, text) => expect(bytesText(bytes)).toBe(text));

test('counts and values', () => {
  expect([countText(1, 'task'), countText(10_000, 'task')]).toEqual(['1 task', '10,000 tasks']);
  expect([valueText('a b'), valueText([1, 'x']), valueText(undefined)]).toEqual([
    'a b',
    '[1,"x"]',
    'undefined',
  ]);
});

/** Where a line of the user's file calls into the package. */
import { callSite, placeOf } from '../../src/definition/callsite';
import { placesIn } from './untyped';

const at = placesIn(__filename);
const declare = { place: () => callSite(declare.place) };

test('a call site is the place of the call, whenever it is asked for', () => {
  const where = declare.place();
  expect(where()).toBe(at(/declare\.place\(\);/));
  expect(where()).toBe(where());
});

test('the limit of stack traces is left as it was', () => {
  const limit = Error.stackTraceLimit;
  callSite(declare.place);
  expect(Error.stackTraceLimit).toBe(limit);
});

test.each([
  ['    at Object.<anonymous> (/home/ada/a.flow.ts:3:5)', '/home/ada/a.flow.ts:3:5'],
  ['    at /home/ada/a.flow.ts:3:5', '/home/ada/a.flow.ts:3:5'],
  ['    at async /home/ada/a.flow.ts:3:5', '/home/ada/a.flow.ts:3:5'],
  ['    at file:///home/ada/a.flow.ts:3:5', '/home/ada/a.flow.ts:3:5'],
  ['    at file:///home/ada/a.flow.ts?t=17:3:5', '/home/ada/a.flow.ts:3:5'],
  ['    at new Thing (C:\\work\\a.flow.ts:3:5)', 'C:\\work\\a.flow.ts:3:5'],
  ['    at file:///C:/work/a.flow.ts:3:5', 'C:/work/a.flow.ts:3:5'],
  ['    at run (/home/ada/my flows/a.flow.ts:3:5)', '/home/ada/my flows/a.flow.ts:3:5'],
  ['    at run (file:///home/ada/my%20flows/a.flow.ts:3:5)', '/home/ada/my flows/a.flow.ts:3:5'],
  ['    at run (/home/ada/(draft)/a.flow.ts:3:5)', '/home/ada/(draft)/a.flow.ts:3:5'],
  ['    at /home/ada/100%/a.flow.ts:3:5', '/home/ada/100%/a.flow.ts:3:5'],
])('%s is read', (line, place) => {
  expect(placeOf(line)).toBe(place);
});

test.each([
  undefined,
  '',
  '    at node:internal/modules/cjs/loader:1554:14',
  '    at Array.map (<anonymous>)',
  '    at eval (eval at run (/home/ada/a.flow.ts:3:5), <anonymous>:1:1)',
])('%s is no place in a file', (line) => {
  expect(placeOf(line)).toBeUndefined();
});

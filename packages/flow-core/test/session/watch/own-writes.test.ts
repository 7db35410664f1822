import { OwnWrites } from '../../../src/session/watch/own-writes';

const until = (own: OwnWrites, file: string) => {
  for (let times = 1; times < 100; times++) if (own.among([file], true).found.length > 0) return times;
  return undefined;
};

test('a file that spin after spin changes while it is executed is its own', () => {
  const own = new OwnWrites();
  expect(until(own, 'cache')).toBe(11);
  expect(own.among(['cache', 'other'], true)).toEqual({ own: new Set(['cache']), found: [] });
});

test('a change while nothing is executed is somebody else’s: it counts, and the next one of the step does not', () => {
  const own = new OwnWrites();
  until(own, 'cache');
  expect(own.among(['cache'], false)).toEqual({ own: new Set(), found: [] });
  expect(own.among(['cache'], true)).toEqual({ own: new Set(['cache']), found: [] });
});

test('a file that somebody else changes now and then is not the step’s own', () => {
  const own = new OwnWrites();
  for (let times = 0; times < 10; times++) own.among(['cache'], true);
  expect(own.among(['cache'], false)).toEqual({ own: new Set(), found: [] });
  expect(own.among(['cache'], true)).toEqual({ own: new Set(), found: [] });
});

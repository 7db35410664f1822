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

test('a file that changes while nothing is executed is somebody else’s, and counts again', () => {
  const own = new OwnWrites();
  until(own, 'cache');
  expect(own.among(['other'], false)).toEqual({ own: new Set(), found: [] });
  expect(own.among(['cache'], true)).toEqual({ own: new Set(['cache']), found: [] });
  expect(own.among(['cache'], false)).toEqual({ own: new Set(), found: [] });
  expect(own.among(['cache'], true)).toEqual({ own: new Set(), found: [] });
});

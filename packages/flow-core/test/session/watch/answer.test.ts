import { namedFirst } from '../../../src/session/watch/answer';

test('what changed in a file that was saved comes first', () => {
  const changed = [
    'package.json: the type of its modules is gone',
    'a.ts: x is new',
    'tsconfig.json changed',
  ];
  expect(namedFirst(changed, ['tsconfig.json', 'b.ts'])).toEqual([
    'tsconfig.json changed',
    'package.json: the type of its modules is gone',
    'a.ts: x is new',
  ]);
});

/** Only a broker that left because nobody needed it has left: its successor then knows that nobody can come back. */
import fs, { existsSync } from 'node:fs';
import { join } from 'node:path';
import { brokerName, hadLeft, noteLeft, notePid } from '../../../src/store/broker/pid-file';
import { temporaryPlace } from '../helpers/place';

let store: string;
let place: ReturnType<typeof temporaryPlace>;
beforeEach(() => {
  place = temporaryPlace();
  store = place.folder;
});
afterEach(() => place.dispose());

test('a broker that dies, and one that has no room for its number, has not left', () => {
  expect(hadLeft(store)).toBe(false);
  notePid(store);
  expect([hadLeft(store), brokerName(store)]).toEqual([false, `The store's broker (process ${process.pid})`]);
  noteLeft(store);
  expect([hadLeft(store), existsSync(join(store, 'broker.pid'))]).toEqual([true, false]);

  const full = jest.spyOn(fs, 'writeFileSync').mockImplementation(() => {
    throw Object.assign(new Error('ENOSPC: write'), { code: 'ENOSPC' });
  });
  notePid(store);
  full.mockRestore();
  expect([hadLeft(store), brokerName(store)]).toEqual([false, "The store's broker"]);
  // Nobody came to it: the next one waits for nothing, but must not take it for granted.
  noteLeft(store);
  expect(hadLeft(store)).toBe(false);
});

/** A broker that leaves has written all its notes about itself before another one can have the database open. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { hadLeft } from '../../../src/store/broker/pid-file';
import { socketPath } from '../../../src/store/broker/protocol';
import { serveBroker } from '../../../src/store/broker/server';
import { LevelKv } from '../../../src/store/level/level';
import { temporaryPlace } from '../helpers/place';

const place = temporaryPlace();
afterEach(() => jest.restoreAllMocks());
afterAll(() => place.dispose());

test('that it left is noted while it still holds the lock', async () => {
  const { close } = LevelKv.prototype;
  const left: boolean[] = [];
  jest.spyOn(LevelKv.prototype, 'close').mockImplementation(async function (this: LevelKv) {
    left.push(hadLeft(place.folder));
    await close.call(this);
    left.push(hadLeft(place.folder));
  });
  const end = serveBroker({
    store: place.folder,
    idleMs: 0,
    onListening: async () => {
      const client = connect(socketPath(place.folder));
      await once(client, 'data');
      client.destroy();
    },
  });
  expect(await end).toBe('idle');
  expect(left).toEqual([true, true]);
  expect(existsSync(join(place.folder, 'logs.json'))).toBe(true);
});

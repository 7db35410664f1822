/** A broker that leaves has written all its notes about itself before another one can have the database open. */
import { once } from 'node:events';
import fs, { existsSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { hadLeft } from '../../../src/store/broker/pid-file';
import { socketPath } from '../../../src/store/broker/protocol';
import { serveBroker } from '../../../src/store/broker/server';
import { LevelKv } from '../../../src/store/level/level';
import { temporaryPlace } from '../helpers/place';

let place: ReturnType<typeof temporaryPlace>;
beforeEach(() => {
  place = temporaryPlace();
});
afterEach(() => {
  jest.restoreAllMocks();
  place.dispose();
});

/** Until its one client has gone. */
const serve = () =>
  serveBroker({
    store: place.folder,
    idleMs: 0,
    onListening: async () => {
      const client = connect(socketPath(place.folder));
      await once(client, 'data');
      client.destroy();
    },
  });

test('that it left is noted while it still holds the lock', async () => {
  const { close } = LevelKv.prototype;
  const left: boolean[] = [];
  jest.spyOn(LevelKv.prototype, 'close').mockImplementation(async function (this: LevelKv) {
    left.push(hadLeft(place.folder));
    await close.call(this);
    left.push(hadLeft(place.folder));
  });
  expect(await serve()).toBe('idle');
  expect(left).toEqual([true, true]);
  expect(existsSync(join(place.folder, 'logs.json'))).toBe(true);
});

test('nothing is written to the store when the socket is gone', async () => {
  const { rmSync } = fs;
  const there: string[][] = [];
  jest.spyOn(fs, 'rmSync').mockImplementation((path, options) => {
    rmSync(path, options);
    if (path === socketPath(place.folder)) there.push(readdirSync(place.folder));
  });
  expect(await serve()).toBe('idle');
  expect(there).toEqual([readdirSync(place.folder)]);
  expect(there[0]).toContain('logs.json');
});

test('nothing is written to a store that is being removed while the broker leaves', async () => {
  const { close } = LevelKv.prototype;
  jest.spyOn(LevelKv.prototype, 'close').mockImplementation(async function (this: LevelKv) {
    await close.call(this);
    for (const name of readdirSync(place.folder)) rmSync(join(place.folder, name), { recursive: true });
  });
  expect(await serve()).toBe('idle');
  expect(readdirSync(place.folder)).toEqual([]);
});

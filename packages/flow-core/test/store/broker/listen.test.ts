/** A store whose disk takes no file more, not even a socket, is served from the user's folder of temporary files. */
import { once } from 'node:events';
import fs, { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { listen } from '../../../src/store/broker/listen';
import { socketElsewhere, socketPath } from '../../../src/store/broker/protocol';
import { temporaryPlace, withEnvironment } from '../helpers/place';

const place = temporaryPlace('nx-');
afterAll(() => place.dispose());
withEnvironment('TMPDIR', place.folder);

test('where the store takes no socket, it is elsewhere, and gone when the broker leaves', async () => {
  const store = join(place.folder, '.flow');
  mkdirSync(store);
  const elsewhere = socketElsewhere(store) as string;
  expect(elsewhere).not.toBe(socketPath(store));
  jest.spyOn(fs, 'renameSync').mockImplementationOnce(() => {
    throw Object.assign(new Error('ENOSPC: rename'), { code: 'ENOSPC' });
  });
  const server = createServer((socket) => socket.end('here'));
  const { refuse, leave } = await listen(server, store);
  expect([readdirSync(store), existsSync(elsewhere)]).toEqual([[], true]);
  const [said] = await once(connect(elsewhere), 'data');
  expect(String(said)).toBe('here');
  refuse();
  expect(existsSync(elsewhere)).toBe(true);
  leave();
  expect(existsSync(elsewhere)).toBe(false);
});

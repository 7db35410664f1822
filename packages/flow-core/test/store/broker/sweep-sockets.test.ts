import { existsSync, linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { privateFolder } from '../../../src/environment/private-folder';
import { sweepSockets } from '../../../src/store/broker/sweep-sockets';
import { temporaryPlace } from '../helpers/place';

const place = temporaryPlace();
const servers: Server[] = [];
afterAll(async () => {
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  await place.dispose();
});

const own = privateFolder(place.folder);
const name = (digit: string, more = '') => join(own, `${digit.repeat(24)}.sock${more}`);

async function listen(path: string): Promise<void> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(path, resolve));
}

/** A socket that its process has left. */
async function leave(path: string): Promise<void> {
  await listen(`${path}-`);
  linkSync(`${path}-`, path);
  const server = servers.pop();
  await new Promise((resolve) => server?.close(resolve));
}

test('sockets of ours on which nobody listens go, when they are not new', async () => {
  mkdirSync(own, { recursive: true, mode: 0o700 });
  const dead = [name('a'), name('b', '~')];
  const others = [join(own, 'mine.sock'), name('c'), name('d')];
  for (const path of [...dead, others[0] as string]) await leave(path);
  await listen(others[1] as string);
  writeFileSync(others[2] as string, '');

  await sweepSockets([place.folder]);
  expect(dead.map(existsSync)).toEqual([true, true]);

  const now = Date.now();
  jest.spyOn(Date, 'now').mockReturnValue(now + 120_000);
  await sweepSockets([place.folder, join(place.folder, 'none')]);
  jest.restoreAllMocks();
  expect(dead.map(existsSync)).toEqual([false, false]);
  expect(others.map(existsSync)).toEqual([true, true, true]);
});

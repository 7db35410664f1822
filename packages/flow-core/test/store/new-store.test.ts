/** A store that does not exist yet. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BrokerKv } from '../../src/store/broker/client';
import type { HeardEvent } from '../../src/store/kv/event-sink';
import { kvContract } from '../../src/store/kv/kv-contract';
import { NewKv } from '../../src/store/new-store';
import { openStore } from '../../src/store/open';
import { sharedPlace, temporaryPlace, withEnvironment } from './helpers/place';

withEnvironment('CI', 'true');
const made = sharedPlace();

kvContract(
  'A store that another client has made meanwhile',
  async () => {
    const kv = new NewKv(made.folder());
    return {
      kv,
      another: async () => BrokerKv.open(made.folder()),
      async dispose() {
        await kv.close();
        await made.empty();
      },
    };
  },
  { describe, test },
);

test('it reads as empty and is not made by reading, nor by closing; it reads what another client has written', async () => {
  const place = temporaryPlace();
  const folder = join(place.folder, 'deep', '.flow');
  const [first, second, closed] = [openStore(folder), openStore(folder), openStore(folder)];
  expect([await second.latest('movies'), await second.kv.getMany(['a', 'b'])]).toEqual([
    undefined,
    [undefined, undefined],
  ]);
  expect([await second.kv.range({ gte: '', lt: 'z', limit: 9 }), await second.kv.batch([])]).toEqual([
    [],
    undefined,
  ]);
  second.events.publish({ nobody: 'hears' });
  await closed.close();
  expect(existsSync(join(place.folder, 'deep'))).toBe(false);
  await first.kv.batch([{ key: 'a', value: 'x' }]);
  expect(Buffer.from((await second.kv.get('a')) as Uint8Array).toString()).toBe('x');
  await expect(closed.kv.get('a')).rejects.toMatchObject({ code: 'FLOW_STORE_CLOSED' });
  await Promise.all([first.close(), second.close()]);
  await place.dispose();
});

test('a number that is claimed first makes it, and is the first', async () => {
  const place = temporaryPlace();
  const folder = join(place.folder, '.flow');
  const [first, second] = [openStore(folder), openStore(folder)];
  expect(await first.kv.claim('counter', 'nonce')).toBe(1);
  expect(await second.kv.claim('counter', 'another nonce')).toBe(2);
  await Promise.all([first.close(), second.close()]);
  await place.dispose();
});

test('a listener makes it, and hears what comes later', async () => {
  const place = temporaryPlace();
  const folder = join(place.folder, '.flow');
  const [listening, writing] = [openStore(folder), openStore(folder)];
  const heard = new Promise<HeardEvent>((resolve) => void listening.events.subscribe(resolve));
  await writing.kv.batch([{ key: 'a', value: 'x' }]);
  // Whether somebody listens comes to the writer in order, before this answer.
  await listening.kv.generation();
  await writing.kv.generation();
  writing.events.publish({ n: 1 });
  expect(await heard).toEqual({ event: { n: 1 }, dropped: 0 });
  await Promise.all([listening.close(), writing.close()]);
  await place.dispose();
});

test('it is refused at once where it could not be made', async () => {
  const place = temporaryPlace();
  writeFileSync(join(place.folder, 'file'), '');
  for (const path of ['file', 'file/below']) {
    const folder = join(place.folder, path);
    expect(() => openStore(folder)).toThrow(expect.objectContaining({ code: 'FLOW_STORE_UNWRITABLE' }));
  }
  await place.dispose();
});

/** Root in another user's store, as in a container whose mount keeps the numbers of its host. */
import { chownSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { BrokerKv } from '../../../src/store/broker/client';
import { FileCas } from '../../../src/store/cas/cas';
import { giveBack, whoseStore } from '../../../src/store/folder/owner';
import { brokersOf, temporaryPlace, until, withEnvironment } from '../helpers/place';

withEnvironment('CI', '1');

const OWNER = 65534;
let place: ReturnType<typeof temporaryPlace>;
beforeEach(() => {
  place = temporaryPlace();
});
afterEach(() => place.dispose());

const names = () => readdirSync(place.folder, { recursive: true, encoding: 'utf8' });
const owners = () =>
  new Set(
    names().flatMap((name) => lstatSync(join(place.folder, name), { throwIfNoEntry: false })?.uid ?? []),
  );

// Only root can make another user's files.
const asRoot = process.geteuid?.() === 0 ? test : test.skip;

asRoot('what it makes is the owner’s; what it left before is given back', async () => {
  chownSync(place.folder, OWNER, OWNER);
  const kv = BrokerKv.open(place.folder);
  expect(await kv.claim('counter/films', 'nonce/films/a')).toBe(1);
  await new FileCas(join(place.folder, 'cas')).write(new Uint8Array(100));
  expect(names().length).toBeGreaterThan(8);
  // The broker may be writing still: a file is given back once it is there.
  await until(() => owners().size === 1 && owners().has(OWNER), 'that all of it is the owner’s');
  await kv.close();

  const left = join(place.folder, 'db', 'CURRENT');
  chownSync(left, 0, 0);
  giveBack(place.folder);
  expect(lstatSync(left).uid).toBe(OWNER);
  // Named for whoever is not the owner.
  expect(whoseStore(place.folder)).toBe(
    `User ${OWNER} owns ${place.folder}: give the store to yourself by sudo chown -R 0 ${place.folder}, or do it as that user.`,
  );
});

asRoot('at a path that takes no socket, it gives back at the end what it has made', async () => {
  const store = join(place.folder, 'x'.repeat(100));
  mkdirSync(store);
  chownSync(store, OWNER, OWNER);
  const kv = BrokerKv.open(store);
  expect(await kv.claim('counter/films', 'nonce/films/a')).toBe(1);
  await kv.close();
  await until(() => brokersOf(store).length === 0, 'the broker has left');
  expect(names().length).toBeGreaterThan(8);
  expect(owners()).toEqual(new Set([OWNER]));
});

test('a store of one’s own is nobody else’s', () => {
  expect(whoseStore(place.folder)).toBeUndefined();
});

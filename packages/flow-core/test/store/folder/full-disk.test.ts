/** A write fails for want of room, room is made: nothing that was acknowledged, before or afterwards, may be gone. */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageFile } from '../../../src/environment/package-root';
import { BrokerKv } from '../../../src/store/broker/client';
import { openStore } from '../../../src/store/open';
import { record } from '../../../src/store/rows/records';
import type { RunRow } from '../../../src/store/rows/rows';
import {
  alive,
  brokersOf,
  kill,
  limited,
  startBroker,
  temporaryPlace,
  withEnvironment,
} from '../helpers/place';

withEnvironment('CI', undefined);

let place: ReturnType<typeof temporaryPlace>;
let opened: { close(): Promise<void> }[];

beforeEach(() => {
  place = temporaryPlace();
  opened = [];
});
afterEach(async () => {
  await Promise.all(opened.map((store) => store.close()));
  await place.dispose();
});

function closedAtTheEnd<T extends { close(): Promise<void> }>(store: T): T {
  opened.push(store);
  return store;
}
const openKv = () => closedAtTheEnd(BrokerKv.open(place.folder));

/** Ends inside a block of LevelDB's log, where a torn record puts everything behind it out of step. */
const MEGABYTE = 2051;
const LITTLE = 67;

/** Takes the limit off a process, while it holds its files open; one that has left needs no room. */
function makeRoom(pid: number): void {
  if (alive(pid)) spawnSync('prlimit', ['--pid', String(pid), '--fsize=unlimited:unlimited']);
}

const text = (value: Uint8Array | undefined) => value && Buffer.from(value).toString();
const sentence = (reason: string) =>
  `The store ${place.folder} has no room for more (${reason}): make room on its disk and do it again. What was recorded before is kept.`;
const full = () => expect.objectContaining({ code: 'FLOW_STORE_FULL', exit: 1, message: sentence('EFBIG') });

test('tags, a done run and its number that were acknowledged after a failed write outlive the broker', async () => {
  const broker = await startBroker(place.folder, 60_000, MEGABYTE);
  const store = closedAtTheEnd(openStore(place.folder));
  const run: RunRow = {
    flow: 'movies',
    run: await store.claimRun('movies', 'first'),
    status: 'running',
    user: 'mia',
    namespace: 'user:mia',
    tags: [],
    systemTags: [],
    startedAt: 0,
    paramInputs: {},
    pid: 1,
    host: 'here',
    node: 'v20',
    version: '0',
    steps: [],
  };
  await store.commit(record.run(run));
  await expect(store.commit([{ key: 'large', value: randomBytes(3_000_000) }])).rejects.toThrow('(EFBIG)');

  makeRoom(broker.pid);
  await store.changeTags('movies', 1, { add: ['kept'] });
  expect(await store.claimRun('movies', 'second')).toBe(2);
  await store.commit(record.run({ ...run, run: 2, status: 'done' }));

  for (const pid of brokersOf(place.folder)) await kill(pid);
  expect(await store.tags(run)).toEqual(['kept']);
  expect(await store.latest('movies')).toMatchObject({ run: 2, status: 'done' });
  expect(await store.claimRun('movies', 'third')).toBe(3);
  expect(await store.kv.get('large')).toBeUndefined();
});

describe('whichever write it is that fails', () => {
  const long = (i: number) => `${String(i).padStart(6, '0')}${'x'.repeat(1000)}`;
  const kinds: [string, (kv: BrokerKv, i: number) => Promise<unknown>][] = [
    ['one entry', (kv, i) => kv.batch([{ key: `k/${i}`, value: long(i) }])],
    ['a synced entry', (kv, i) => kv.batch([{ key: `k/${i}`, value: long(i) }], { sync: true })],
    [
      'several entries',
      (kv, i) =>
        kv.batch([0, 1, 2].map((part) => ({ key: part ? `${i}/${part}` : `k/${i}`, value: long(i) }))),
    ],
    [
      'deletions',
      (kv, i) =>
        kv.batch([
          { key: `k/${i}`, value: '' },
          { key: long(i), value: undefined },
        ]),
    ],
  ];
  test.each(kinds)('%s: the broker leaves, and the next one has what was acknowledged', async (_, write) => {
    const broker = await startBroker(place.folder, 60_000, LITTLE);
    const kv = openKv();
    let failure: unknown;
    let acknowledged = 0;
    while (!failure && acknowledged < 1000) {
      await write(kv, acknowledged).then(
        () => acknowledged++,
        (error) => {
          failure = error;
        },
      );
    }
    expect(failure).toEqual(full());
    expect(acknowledged).toBeGreaterThan(5);
    expect(await broker.ended).toEqual([0, null]);
    // The same client goes on, with another broker.
    await write(kv, 1000);
    const found = await kv.getMany(Array.from({ length: acknowledged }, (_, i) => `k/${i}`));
    expect(found.filter((value) => value === undefined)).toEqual([]);
    expect(await kv.get('k/1000')).toBeDefined();
  });

  test('a claim: no number is given twice', async () => {
    const broker = await startBroker(place.folder, 60_000, LITTLE);
    const kv = openKv();
    const numbers: number[] = [];
    let failure: unknown;
    for (let i = 0; !failure && i < 1000; i++) {
      await kv.claim('counter', long(i)).then(
        (number) => numbers.push(number),
        (error) => {
          failure = error;
        },
      );
    }
    expect(failure).toEqual(full());
    await broker.ended;
    expect(await Promise.all(numbers.map((_, i) => kv.claim('counter', long(i))))).toEqual(numbers);
    expect(await kv.claim('counter', 'another')).toBeGreaterThan(numbers.length);
  });
});

test('clients whose writes were under way behind the one that failed send them again, and notice nothing', async () => {
  await startBroker(place.folder, 60_000, MEGABYTE);
  const clients = Array.from({ length: 4 }, openKv);
  const value = 'x'.repeat(3000);
  const [large, ...others] = clients;
  await Promise.all(clients.map((kv) => kv.get('k')));
  const outcomes = others.map((kv, client) =>
    Promise.all(
      Array.from({ length: 40 }, async (_, i) => {
        await kv.batch([
          { key: `k/${client}/${i}`, value },
          { key: `last/${client}`, value: String(i) },
        ]);
        return kv.claim('counter', `${client}/${i}`);
      }),
    ),
  );
  await expect((large as BrokerKv).batch([{ key: 'large', value: randomBytes(3_000_000) }])).rejects.toEqual(
    full(),
  );
  const numbers = (await Promise.all(outcomes)).flat();
  expect(new Set(numbers).size).toBe(120);

  for (const pid of brokersOf(place.folder)) await kill(pid);
  const kv = openKv();
  const entries = await kv.range({ gte: 'k/', lt: 'k/~', limit: 1000 });
  expect(entries.length).toBe(120);
  expect((await kv.getMany(['last/0', 'last/1', 'last/2'])).map(text)).toEqual(['39', '39', '39']);
  expect(Math.max(...numbers)).toBeLessThan(await kv.claim('counter', 'one more'));
});

test('while the disk stays full every command says so, and what is there stays as it is', async () => {
  const kv = openKv();
  await kv.batch([{ key: 'mine/before', value: 'x'.repeat(5000) }]);
  for (const pid of brokersOf(place.folder)) await kill(pid);
  const [file, ...args] = limited(0, [
    process.execPath,
    join(__dirname, '../helpers/client.cjs'),
    place.folder,
    'n',
    'leave',
  ]);
  for (let i = 0; i < 2; i++) {
    const child = spawn(file as string, args, { stdio: 'pipe' });
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    expect(await once(child, 'close')).toEqual([1, null]);
    expect(said).toBe(`FLOW_STORE_FULL: ${sentence('EFBIG')}\n`);
    expect(brokersOf(place.folder)).toEqual([]);
  }
  expect(text(await kv.get('mine/before'))).toBe('x'.repeat(5000));
  expect(await kv.claim('counter', 'n')).toBe(1);
});

/** A command that has a file system of 2 MB in a folder, which nobody else sees. Undefined where this user may mount none. */
function onSmallDisk(folder: string, command: readonly string[]): string[] | undefined {
  const mounted = [
    'unshare',
    '-rm',
    '/bin/sh',
    '-c',
    'mount -t tmpfs -o size=2m tmpfs "$0" && exec "$@"',
    folder,
  ];
  return spawnSync(mounted[0] as string, [...mounted.slice(1), 'true']).status === 0
    ? [...mounted, ...command]
    : undefined;
}

test('a disk that is really full: what was recorded is read, writes are refused, and then all goes on', async () => {
  const command = [process.execPath, join(__dirname, '../helpers/full-disk.cjs'), place.folder];
  // Where nothing can be mounted, broker/view.test.ts has these faults.
  const [file = '', ...args] = onSmallDisk(place.folder, command) ?? ['true'];
  if (file === 'true') return;
  const { stdout, stderr } = spawnSync(file, args, {
    encoding: 'utf8',
    env: { ...process.env, TMPDIR: '/tmp' },
  });
  const refusal = expect.stringMatching(
    /^The store \S+ has no room for more \(ENOSPC\): \d+ KB are free and at least [\d,]+ KB are needed, so make room on its disk and do it again\. What was recorded before is kept\.$/,
  );
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([
    { before: ['running', 'running'] },
    { read: ['x'.repeat(1000), 1, 'running', 'running'] },
    { refused: ['FLOW_STORE_FULL', 'FLOW_STORE_FULL'], message: refusal },
    { after: [2, 'still there', 'running', 'running'] },
    { madeRoom: [100_000, false] },
  ]);
  expect(stderr).toMatch(
    /^The store's broker \(process \d+\) found no room on the disk of \S+ and removed 1 output of a spin \(dist\/flow\/movies\/spin\/train\): 391 KB came back\.\n$/,
  );
});

test('a value for which there is no room says so, and leaves no part of it', () => {
  const script = `const { FileCas } = require(${JSON.stringify(packageFile('dist/store.js'))});
    new FileCas(${JSON.stringify(join(place.folder, 'cas'))}).write(Buffer.alloc(100_000))
      .catch((error) => console.log(error.code, error.message));`;
  const [file, ...args] = limited(LITTLE, [process.execPath, '-e', script]);
  const { stdout } = spawnSync(file as string, args, { encoding: 'utf8' });
  expect(stdout).toBe(`FLOW_STORE_FULL ${sentence('EFBIG')}\n`);
  expect(readdirSync(join(place.folder, 'cas'))).toEqual([]);
});

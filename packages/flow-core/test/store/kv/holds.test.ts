/** A run goes on as long as whoever coordinates it has the store open, wherever that is. */
import { EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { sweepBlobs } from '../../../src/engine/housekeeping/blobs';
import { processSpace } from '../../../src/environment/temporary';
import { COME_BACK_MS, HoldTable } from '../../../src/store/broker/hold-table';
import { MemoryCas } from '../../../src/store/cas/memory-cas';
import { LocalHolds } from '../../../src/store/kv/holds';
import { MemoryKv } from '../../../src/store/kv/memory';
import { keys } from '../../../src/store/kv/row-keys';
import { openStore } from '../../../src/store/open';
import { isGone } from '../../../src/store/rows/gone';
import { record } from '../../../src/store/rows/records';
import type { RunRow } from '../../../src/store/rows/rows';
import { Store } from '../../../src/store/store';
import { alive, brokersOf, kill, temporaryPlace, until, withEnvironment } from '../helpers/place';

let place: ReturnType<typeof temporaryPlace>;
let coordinator: Store;
let reader: Store;

beforeEach(() => {
  place = temporaryPlace();
  coordinator = openStore(place.folder);
  reader = openStore(place.folder);
});
afterEach(async () => {
  await Promise.all([coordinator.close(), reader.close()]);
  await place.dispose();
});

/** Of a machine whose processes cannot be looked at. */
const row = (run: number, more: Partial<RunRow> = {}) =>
  ({
    ...{ flow: 'movies', run, status: 'running', user: 'mia', namespace: 'user:mia', tags: [] },
    ...{ systemTags: [], startedAt: 0, paramInputs: {}, pid: 1, host: 'elsewhere', steps: [], ...more },
  }) as unknown as RunRow;
const statusOf = async (run: number) => (await reader.run('movies', run))?.status;
const begin = async (run: number) => {
  const fence = coordinator.coordinate('movies', run);
  await coordinator.commit(record.run(row(run)), fence);
  return fence;
};

describe('through a broker', () => {
  withEnvironment('CI', undefined);

  test('a run goes on until its process has gone, also when another process has its number', async () => {
    await begin(1);
    expect(await statusOf(1)).toBe('running');
    await coordinator.close();
    // Nothing else can be asked: the machine is another one.
    while ((await statusOf(1)) === 'running') await new Promise(setImmediate);
    expect(await statusOf(1)).toBe('killed');
    const runs = [];
    for await (const { run, status } of reader.runs('movies')) runs.push([run, status]);
    expect(runs).toEqual([[1, 'killed']]);
    expect((await reader.latest('movies'))?.status).toBe('killed');
  });

  test('before files go, a run that counts as killed is ended, and one that goes on is not', async () => {
    const fence = await begin(1);
    const other = openStore(place.folder);
    const dead = other.coordinate('movies', 2);
    await other.commit(record.run(row(2)), dead);
    await other.close();
    while ((await statusOf(2)) === 'running') await new Promise(setImmediate);
    await sweepBlobs(reader);
    await coordinator.commit(record.run(row(1, { startedAt: 1 })), fence);
    await expect(coordinator.commit(record.run(row(2)), dead)).rejects.toMatchObject({
      code: 'FLOW_RUN_TAKEN',
    });
  });

  test('while it is unsure, a process of another container of this name does not count as gone', () => {
    const dead = { pid: 2 ** 30, host: hostname() };
    expect(isGone(dead)).toBe(true);
    expect(isGone({ ...dead, processSpace: processSpace() })).toBe(true);
    expect(isGone({ ...dead, processSpace: '01234567' })).toBe(false);
  });

  test('whether a hundred runs go on is asked at once', async () => {
    const holds = new LocalHolds();
    const states = jest.spyOn(holds, 'states');
    const store = new Store(new MemoryKv(), new MemoryCas(), undefined, holds);
    const numbers = Array.from({ length: 100 }, (_, i) => i + 1);
    store.coordinate('movies', 50);
    await store.commit(numbers.flatMap((run) => record.run(row(run))));
    const found = [];
    for await (const { run, status } of store.runs('movies')) if (status === 'running') found.push(run);
    expect(found).toEqual([50]);
    expect(states.mock.calls.length).toBeLessThan(4);
  });

  test('after a broker has left since nobody needed it, a run of before is known to have gone', async () => {
    await begin(1);
    await coordinator.close();
    await reader.close();
    // As in CI, where it leaves at once.
    const [pid = 0] = brokersOf(place.folder);
    await until(() => !existsSync(join(place.folder, 'broker.pid')), 'the broker has left');
    await until(() => !alive(pid), 'its process has ended');
    reader = openStore(place.folder);
    expect(await statusOf(1)).toBe('killed');
  });

  test('a run that many read is free when the last of them has left', async () => {
    await coordinator.commit(record.run(row(1, { status: 'done' })));
    const pin = [keys.pin('movies', 1), keys.pin('movies')];
    const states = () => reader.holds.states(pin);
    expect(await states()).toEqual(['free', 'free']);
    const other = openStore(place.folder);
    await other.run('movies', 1);
    await coordinator.latest('movies');
    expect(await states()).toEqual(['held', 'free']);
    await coordinator.close();
    expect(await states()).toEqual(['held', 'free']);
    const looking = other.runs('movies');
    await looking.next();
    expect(await states()).toEqual(['held', 'held']);
    await looking.return();
    // Nothing answers it, and it comes on another connection.
    while ((await states())[1] !== 'free') await new Promise(setImmediate);
    expect(await states()).toEqual(['held', 'free']);
    await other.close();
    while ((await states())[0] !== 'free') await new Promise(setImmediate);
  });

  test('who reads a run says so to the next broker, too; one who may yet come back counts', async () => {
    await coordinator.commit(record.run(row(1, { status: 'done' })));
    await coordinator.run('movies', 1);
    for (const pid of brokersOf(place.folder)) await kill(pid);
    while ((await reader.holds.states([keys.pin('movies', 1)]))[0] !== 'held')
      await new Promise(setImmediate);
    expect(await reader.holds.states([keys.pin('movies', 2)])).toEqual(['unsure']);
    await coordinator.close();
    // Another one may have read it, too.
    while ((await reader.holds.states([keys.pin('movies', 1)]))[0] === 'held')
      await new Promise(setImmediate);
    expect(await reader.holds.states([keys.pin('movies', 1)])).toEqual(['unsure']);
  });

  test('a run outlives its broker, whose successor hears from it', async () => {
    const fence = await begin(1);
    for (const pid of brokersOf(place.folder)) await kill(pid);
    await coordinator.commit(record.run(row(1, { tags: ['more'] })), fence);
    expect(await reader.run('movies', 1)).toMatchObject({ status: 'running', tags: ['more'] });
    expect(await reader.takeKilled(row(1))).toBe(false);
  });

  test('after a broker has gone with the coordinator, its successor is not sure, but for a process that it can look at', async () => {
    await begin(1);
    await coordinator.commit(record.run(row(2, { host: hostname(), pid: 2 ** 30 })));
    await coordinator.close();
    for (const pid of brokersOf(place.folder)) await kill(pid);
    expect([await statusOf(1), await statusOf(2)]).toEqual(['running', 'killed']);
    expect(await reader.takeKilled(row(1))).toBe(false);
  });

  test('whoever was taken for killed can write no more, and no broker forgets it', async () => {
    const fence = await begin(1);
    const late = openStore(place.folder);
    // Its connection is lost while it lives, as by a broker's death that it slept through.
    await coordinator.close();
    while (!(await reader.takeKilled(row(1)))) await new Promise(setImmediate);
    const refused = {
      code: 'FLOW_RUN_TAKEN',
      exit: 1,
      message: expect.stringMatching(/^The run movies\/1 counts as killed/),
    };
    await expect(late.commit(record.run(row(1, { status: 'done' })), fence)).rejects.toMatchObject(refused);
    for (const pid of brokersOf(place.folder)) await kill(pid);
    await expect(late.commit(record.run(row(1, { status: 'done' })), fence)).rejects.toMatchObject(refused);
    expect((await late.run('movies', 1))?.status).not.toBe('done');
    await late.close();
  });
});

test('a broker that fails when nobody holds anything, nor may come back, leaves in order', () => {
  let now = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => now);
  const socket = new EventEmitter() as never;
  const table = new HoldTable(new MemoryKv(), 'nobody');
  expect(table.isFree()).toBe(true);
  table.pin(socket, ['a']);
  expect([table.isFree(), table.isHeld()]).toEqual([false, true]);
  table.pin(socket, [], ['a']);
  expect([table.isFree(), table.isHeld()]).toEqual([true, false]);
  const unknown = new HoldTable(new MemoryKv(), 'unknown');
  expect([unknown.isFree(), new HoldTable(new MemoryKv(), 'others').isFree()]).toEqual([false, false]);
  now = COME_BACK_MS;
  expect(unknown.isFree()).toBe(true);
  jest.restoreAllMocks();
});

test('who does not come back in time after a broker has started counts as gone', async () => {
  let now = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => now);
  const table = new HoldTable(new MemoryKv(), 'unknown');
  expect([table.states(['a']), await table.take('a', false)]).toEqual([['unsure'], false]);
  now = COME_BACK_MS;
  expect([table.states(['a']), await table.take('a', false)]).toEqual([['free'], true]);
  // One that only reads is never sure: others may be with a broker that writes.
  expect(new HoldTable(new MemoryKv(), 'others').states(['b'])).toEqual(['unsure']);
  now = 2 * COME_BACK_MS;
  await expect(table.hold({} as never, 'a')).rejects.toMatchObject({ code: 'FLOW_RUN_TAKEN' });
  jest.restoreAllMocks();
});

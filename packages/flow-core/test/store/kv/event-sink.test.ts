/** Events between processes that have one store open. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { HeardEvent } from '../../../src/store/kv/event-sink';
import { memoryStore, openStore } from '../../../src/store/open';
import { Workspace } from '../../kit/workspace';

const w = new Workspace();
afterAll(() => w.dispose());

/** Hears until there are so many. */
function heard(count: number) {
  const events: HeardEvent[] = [];
  let enough: () => void = () => {};
  const all = new Promise<void>((resolve) => {
    enough = resolve;
  });
  const listener = (event: HeardEvent) => {
    events.push(event);
    if (events.length >= count) enough();
  };
  return { events, all, listener };
}

test('a process hears the events of another, in their order, and none after it has stopped listening', async () => {
  const store = openStore(w.path('.flow'));
  const { events, all, listener } = heard(3);
  const stop = await store.events.subscribe(listener);
  const child = fork(join(__dirname, '../helpers/publisher.cjs'), [w.path('.flow')], { cwd: w.folder });
  await once(child, 'message');
  child.send({ events: [{ n: 1 }, { n: 2 }, { n: 3 }] });
  await all;
  expect(events).toEqual([1, 2, 3].map((n) => ({ event: { n }, dropped: 0 })));
  stop();
  child.send({ events: [{ n: 4 }] });
  await once(child, 'message');
  // The broker answers in order: what came before this answer has been heard, if it was to be heard.
  await store.kv.generation();
  expect(events).toHaveLength(3);
  child.disconnect();
  await once(child, 'exit');
  await store.close();
});

test('without a listener an event is dropped, and the publisher does not wait', async () => {
  const store = openStore(w.path('.flow'));
  for (let n = 0; n < 1000; n++) store.events.publish({ n });
  const { events, listener } = heard(1);
  const stop = await store.events.subscribe(listener);
  await store.kv.generation();
  expect(events).toEqual([]);
  stop();
  await store.close();
});

test('a listener goes on with the next broker', async () => {
  const store = openStore(w.path('.flow'));
  const { events, all, listener } = heard(1);
  await store.events.subscribe(listener);
  const [broker] = w.processes().filter(({ command }) => command.includes('broker.js'));
  process.kill(broker?.pid as number, 'SIGKILL');
  const child = fork(join(__dirname, '../helpers/publisher.cjs'), [w.path('.flow')], { cwd: w.folder });
  await once(child, 'message');
  child.send({ events: [{ after: 'the kill' }], until: 'heard' });
  await all;
  expect(events[0]?.event).toEqual({ after: 'the kill' });
  child.disconnect();
  await once(child, 'exit');
  await store.close();
});

test('a store in memory passes copies on', async () => {
  const store = memoryStore();
  const { events, listener } = heard(1);
  const stop = await store.events.subscribe(listener);
  const said = { list: [1] };
  store.events.publish(said);
  said.list.push(2);
  expect(events).toEqual([{ event: { list: [1] }, dropped: 0 }]);
  stop();
  store.events.publish(said);
  expect(events).toHaveLength(1);
});

/** Messages to pages: the newest of what replaces another, and no more than a page takes. */
import type { CardShown, Message } from '../../../src/api/messages';
import { Hub, type Listener } from '../../../src/server/live/hub';

const heard = async (listener: Listener) =>
  ((await listener.next()) ?? []).map((json) => JSON.parse(json) as Message);

const card = (task: string, html: string): CardShown => ({
  type: 'card',
  task,
  attempt: 0,
  id: 'default',
  html,
  policy: '',
});

test('what a card shows takes the place of what nobody has seen', async () => {
  const hub = new Hub();
  const listener = hub.listen();
  for (const message of [card('a', '1'), card('b', '1'), card('a', '2')]) hub.send(message);
  expect(await heard(listener)).toEqual([card('b', '1'), card('a', '2')]);
});

test('a page that does not keep up is told how much it missed, and gets the newest', async () => {
  const hub = new Hub();
  const listener = hub.listen();
  const event = (at: number): Message => ({
    type: 'event',
    work: 'a',
    at,
    event: { type: 'room-made', folder: '', what: '' },
  });
  for (let at = 0; at < 2005; at++) hub.send(event(at));
  const [first, second, ...rest] = await heard(listener);
  expect(first).toEqual({ type: 'missed', count: 5 });
  expect(second).toEqual(event(5));
  expect(rest).toHaveLength(1999);
  hub.send(event(1));
  expect(await heard(listener)).toEqual([event(1)]);
});

test('what waits for a page is bounded in size too, and goes out in parts', async () => {
  const hub = new Hub();
  const listener = hub.listen();
  const large = (n: number) => card(String(n), 'x'.repeat(100_000));
  for (let n = 0; n < 60; n++) hub.send(large(n));
  const [missed, ...first] = await heard(listener);
  expect(missed).toMatchObject({ type: 'missed' });
  const count = (missed as { count: number }).count;
  expect(60 - count).toBeLessThan(45);
  expect(first.length).toBeLessThan(5);
  const all = [...first];
  while (all.length < 60 - count) all.push(...(await heard(listener)));
  expect(all.at(-1)).toEqual(large(59));
});

test('one that is larger than all that may wait is told all the same', async () => {
  const hub = new Hub();
  const listener = hub.listen();
  hub.send(card('a', 'x'.repeat(5_000_000)));
  expect(await heard(listener)).toHaveLength(1);
});

test('a page that has left hears nothing, and at the end nobody waits', async () => {
  const hub = new Hub();
  const [left, stays] = [hub.listen(), hub.listen()];
  hub.leave(left);
  expect(await left.next()).toBeUndefined();
  const waiting = stays.next();
  hub.close();
  expect(await waiting).toBeUndefined();
  expect(hub.isHeard).toBe(false);
});

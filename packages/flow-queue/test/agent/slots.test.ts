/** What a worker has for chunks: slots, and resources that are counted while they are used. */
import { Slots } from '../../src/agent/slots';

test('no more chunks at once than there are slots', () => {
  const slots = new Slots(2, {});
  expect([slots.take(), slots.take(), slots.take()]).toEqual([true, true, false]);
  slots.release();
  expect(slots.isFull).toBe(false);
  expect(slots.take()).toBe(true);
});

test('resources are shared among those that use them at once', () => {
  const slots = new Slots(4, { gpu: 1, memory: 8 });
  expect(slots.take({ gpu: 2 })).toBe(false);
  expect(slots.take({ tpu: 1 })).toBe(false);
  expect(slots.take({ gpu: 1, memory: 6 })).toBe(true);
  expect(slots.take({ memory: 4 })).toBe(false);
  expect(slots.take({ memory: 2 })).toBe(true);
  expect(slots.take({ gpu: 1 })).toBe(false);
  slots.release({ gpu: 1, memory: 6 });
  expect(slots.take({ gpu: 1 })).toBe(true);
  expect(slots.busy).toBe(2);
});

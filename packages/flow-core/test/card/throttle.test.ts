import { throttle } from '../../src/card';

function timed() {
  const waiting: (() => void)[] = [];
  let calls = 0;
  const timer = {
    after(milliseconds: number, call: () => void) {
      expect(milliseconds).toBe(50);
      waiting.push(call);
      return () => void waiting.splice(waiting.indexOf(call), 1);
    },
  };
  const call = throttle(() => void calls++, 50, timer);
  return { call, calls: () => calls, waiting, pass: () => waiting.shift()?.() };
}

test('it calls at once, then at most once in each interval, and always after the last call', () => {
  const { call, calls, pass, waiting } = timed();
  call();
  expect(calls()).toBe(1);
  call();
  call();
  expect(calls()).toBe(1);
  pass();
  expect(calls()).toBe(2);
  call();
  pass();
  expect(calls()).toBe(3);
  pass();
  expect(calls()).toBe(3);
  expect(waiting).toEqual([]);
  call();
  expect(calls()).toBe(4);
});

test('what is still to be called is called when it is flushed, and forgotten when it is stopped', () => {
  const { call, calls, waiting } = timed();
  call();
  call();
  call.flush();
  expect(calls()).toBe(2);
  expect(waiting).toEqual([]);
  call.flush();
  expect(calls()).toBe(2);
  call();
  call();
  call.stop();
  expect(calls()).toBe(3);
  expect(waiting).toEqual([]);
});

import { ReadyTasks } from '../../../src/engine/run/ready-tasks';
import { RateGate } from '../../../src/engine/task/rate';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test('no stretch of its time has more starts than the limit, and the next one is told of', () => {
  let gate: RateGate;
  const starts: number[] = [];
  const begin = () => {
    while (gate.free > 0 && starts.length < 50) {
      gate.take();
      starts.push(performance.now());
    }
  };
  gate = new RateGate({ limit: 3, per: '1s' }, begin);
  begin();
  jest.advanceTimersByTime(400);
  expect(starts).toHaveLength(3);
  jest.advanceTimersByTime(20_000);
  expect(starts).toHaveLength(50);
  for (const [i, at] of starts.slice(3).entries())
    expect(at - (starts[i] as number)).toBeGreaterThanOrEqual(1000);
  expect((starts.at(-1) as number) - (starts[0] as number)).toBeLessThan(16_100);
  gate.close();
  expect(jest.getTimerCount()).toBe(0);
});

test('those that may not begin yet hold up nobody else', () => {
  const ready = new ReadyTasks<string>();
  const gate = new RateGate({ limit: 1, per: '1m' }, () => {});
  ready.pushAll('', 3, (i) => `rated ${i}`, gate);
  ready.push('', 'other');
  ready.push('npm', 'with packages', gate);
  expect([ready.size, ready.waiting(''), ready.kinds()]).toEqual([5, 2, ['', 'npm']]);
  expect([ready.pull(), ready.pull(), ready.pull()]).toEqual(['rated 0', 'other', undefined]);
  expect([ready.size, ready.waiting(''), ready.kinds()]).toEqual([3, 0, []]);
  jest.advanceTimersByTime(60_000);
  expect([ready.pull(''), ready.pull(''), ready.pull('npm'), ready.size]).toEqual([
    'rated 1',
    undefined,
    undefined,
    2,
  ]);
  gate.close();
});

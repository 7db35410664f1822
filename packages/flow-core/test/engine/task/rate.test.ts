import { ReadyTasks } from '../../../src/engine/run/ready-tasks';

let { RateGate, open } = {} as typeof import('../../../src/engine/task/rate');
beforeEach(async () => {
  jest.useFakeTimers();
  // It keeps the timers that are there when it is loaded.
  jest.resetModules();
  ({ RateGate, open } = await import('../../../src/engine/task/rate'));
});
afterEach(() => void jest.useRealTimers());

test.each([0, 7, 450])(
  'no stretch has more beginnings than the limit, where each begins %d ms after it is given',
  (lateMs) => {
    let gate: InstanceType<typeof RateGate>;
    const begun: number[] = [];
    let given = 0;
    const give = () => {
      while (gate.free > 0 && given < 50) {
        given++;
        const start = gate.take();
        setTimeout(
          () => {
            begun.push(performance.now());
            start.begin();
          },
          (given % 3) * lateMs,
        );
      }
    };
    gate = new RateGate({ limit: 3, per: '1s' }, give);
    give();
    jest.advanceTimersByTime(60_000);
    expect(begun).toHaveLength(50);
    for (const [i, at] of begun.slice(3).entries())
      expect(at - (begun[i] as number)).toBeGreaterThanOrEqual(1000);
    if (lateMs === 0) expect((begun.at(-1) as number) - (begun[0] as number)).toBeLessThan(16_100);
    gate.close();
    expect(jest.getTimerCount()).toBe(0);
  },
);

test('those that may not begin yet hold up nobody else', () => {
  const ready = new ReadyTasks<string>();
  const gate = new RateGate({ limit: 1, per: '1m' }, () => {});
  ready.pushAll('', 3, (i) => `rated ${i}`, gate);
  ready.push('', 'other');
  ready.push('npm', 'with packages', gate);
  expect([ready.size, ready.waiting(''), ready.kinds()]).toEqual([5, 2, ['', 'npm']]);
  expect(ready.pull()).toBe('rated 0');
  const start = gate.take();
  expect([ready.pull(), ready.pull()]).toEqual(['other', undefined]);
  expect([ready.size, ready.waiting(''), ready.kinds()]).toEqual([3, 0, []]);
  jest.advanceTimersByTime(60_000);
  // It has not begun.
  expect(ready.pull('')).toBeUndefined();
  start.begin();
  jest.advanceTimersByTime(60_000);
  expect([ready.pull(''), ready.size]).toEqual(['rated 1', 2]);
  gate.close();
});

test('of tasks that came back, those that have begun wait for their rate as new ones do', () => {
  const gate = new RateGate({ limit: 2, per: '1m' }, () => {});
  const [first, second] = [{ start: gate.take() }, { start: gate.take() }];
  const other: { start?: ReturnType<typeof gate.take> } = {};
  const waiting = [first, second, other];
  expect(open(waiting)).toEqual(waiting);
  for (const { start } of [first, second]) start.begin();
  expect(open(waiting)).toEqual([other]);
  jest.advanceTimersByTime(60_000);
  expect(open(waiting)).toEqual(waiting);
  const third = { start: gate.take() };
  expect(open([first, second, third])).toEqual([first, third]);
  // It was given before, and has not begun.
  expect(third.start.again()).toBe(third.start);
  first.start = first.start.again();
  expect([gate.free, open([first, second, third])]).toEqual([0, [first, third]]);
  gate.close();
});

import { Silence } from '../../../src/store/broker/silence';

let now = 0;
const told: string[] = [];
const silence = new Silence({ silent: () => void told.push('silent'), over: () => void told.push('over') });
const pass = (ms: number) => {
  for (const end = now + ms; now < end; ) {
    now += 500;
    jest.advanceTimersByTime(500);
  }
};

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['performance'] });
  jest.spyOn(performance, 'now').mockImplementation(() => now);
  told.length = 0;
});
afterEach(() => {
  silence.end();
  jest.restoreAllMocks();
  jest.useRealTimers();
});

test('it is told after five seconds, once, and given up after thirty', () => {
  silence.begin();
  pass(4500);
  expect(told).toEqual([]);
  pass(20_000);
  expect(told).toEqual(['silent']);
  pass(60_000);
  expect(told).toEqual(['silent', 'over']);
});

test('each sign of life begins it anew, another question does not', () => {
  silence.begin();
  for (let i = 0; i < 10; i++) {
    pass(4000);
    silence.heard();
  }
  expect(told).toEqual([]);
  pass(4000);
  silence.begin();
  pass(1000);
  expect(told).toEqual(['silent']);
});

test('while nothing is waited for, nothing is told', () => {
  silence.begin();
  pass(1000);
  silence.end();
  pass(60_000);
  silence.begin();
  pass(4000);
  expect(told).toEqual([]);
});

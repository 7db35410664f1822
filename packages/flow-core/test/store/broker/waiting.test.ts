import { noteNews } from '../../../src/store/broker/pid-file';
import { Waiting } from '../../../src/store/broker/waiting';
import { temporaryPlace } from '../helpers/place';

let now = 0;
let place: ReturnType<typeof temporaryPlace>;
beforeEach(() => {
  place = temporaryPlace();
  now = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await place.dispose();
});

function begin() {
  const lines: string[] = [];
  const waiting = new Waiting({ store: place.folder, patience: 30_000, tell: (line) => lines.push(line) });
  const look = (at: number, started?: Parameters<Waiting['look']>[0]) => {
    now = at;
    waiting.look(started);
  };
  return { lines, look };
}

const SILENT = "The store's broker (process 12) does not answer. Waiting for it up to 30 s.";

test('a silent one is told after five seconds, once, and given up after thirty', () => {
  const { lines, look } = begin();
  const started = { pid: 12, news: undefined };
  look(4900, started);
  expect(lines).toEqual([]);
  look(5100, started);
  look(29_900, started);
  expect(lines).toEqual([SILENT]);
  expect(() => look(30_100, started)).toThrow(
    "The store's broker (process 12) has given no sign of life for 30 s: ",
  );
});

test('one that says what it does is waited for; it is told when it stops', () => {
  const { lines, look } = begin();
  const busy = (done: number) => ({ pid: 12, news: `is looking at its tables: ${done} of 300` });
  for (let i = 0; i < 60; i++) look(i * 1000, busy(i));
  const [told] = lines;
  expect(lines).toEqual([told]);
  expect(told).toBe("The store's broker (process 12) is looking at its tables: 6 of 300.");
  look(64_500, busy(59));
  expect(lines).toEqual([told, SILENT]);
  expect(() => look(89_500, busy(59))).toThrow('no sign of life');
});

test('so does one that another process has started', () => {
  const { lines, look } = begin();
  for (let i = 0; i < 60; i++) {
    noteNews(place.folder, `is looking at its tables: ${i} of 300`);
    look(i * 1000);
  }
  expect(lines).toEqual([`The store's broker (process ${process.pid}) is looking at its tables: 6 of 300.`]);
});

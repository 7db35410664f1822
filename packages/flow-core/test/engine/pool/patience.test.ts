import { AHEAD_MS } from '../../../src/engine/pool/pace';
import { Patience } from '../../../src/engine/pool/patience';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** What is answered at the end of each moment, while so many tasks wait. */
function waiting(tasks: number) {
  const answers: boolean[] = [];
  const patience = new Patience(() => answers.push(patience.isOver(tasks)));
  expect(patience.isOver(tasks)).toBe(false);
  return {
    answers,
    moment(finished: number) {
      for (let n = 0; n < finished; n++) patience.finished();
      jest.advanceTimersByTime(AHEAD_MS);
    },
    patience,
  };
}

test('tasks behind a slow one are worth another worker', () => {
  const { answers, moment } = waiting(2);
  moment(0);
  expect(answers).toEqual([true]);
});

test('a few quick tasks are not, and are looked at again: the next one may be slow', () => {
  const { answers, moment } = waiting(5);
  moment(1);
  moment(3);
  moment(0);
  expect(answers).toEqual([false, false, true]);
});

test('so many quick tasks that they would wait for longer than a start takes are', () => {
  const { answers, moment } = waiting(1000);
  moment(60);
  expect(answers).toEqual([true]);
});

test('nothing is asked between the moments, nor after the end', () => {
  const { answers, moment, patience } = waiting(2);
  expect(patience.isOver(2)).toBe(false);
  moment(0);
  expect(patience.isOver(2)).toBe(false);
  patience.close();
  moment(0);
  expect(answers).toEqual([true]);
});

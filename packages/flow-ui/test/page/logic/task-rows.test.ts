/** The list of tasks of a run. */
import type { TasksReply } from '../../../src/api/routes';
import { STATUS } from '../../../src/page/logic/statuses';
import { statusCounts, taskName, taskRows } from '../../../src/page/logic/task-rows';

const tasks: TasksReply = {
  steps: ['start', 'fit', 'end'],
  step: [0, 1, 1, 1, 2],
  task: [1, 2, 3, 4, 5],
  status: [STATUS.done, STATUS.done, STATUS.failed, STATUS.running, STATUS.taken],
  start: [0, 20, 12, 11, 5],
  duration: [5, 5, 5, -1, 3],
  attempts: [1, 1, 2, 1, 1],
  index: ['', '0.0', '0.1', '1.0', ''],
  errors: { 2: 'RangeError: too Deep' },
};

test.each([
  ['all: failed ones first, then those that go on, then the others by time', {}, [2, 3, 0, 4, 1]],
  ['one step', { step: 'fit' }, [2, 3, 1]],
  ['a step that is not there', { step: 'fits' }, []],
  ['one status', { status: 'done' }, [0, 1]],
  ['a status that is none', { status: 'odd' }, []],
  ['a part of an error, in any case', { q: 'DEEP' }, [2]],
  ['several words', { q: 'fit running' }, [3]],
  ['a task by its path', { q: 'fit/2' }, [1]],
  ['a split', { q: '[1.0]' }, [3]],
])('%s', (_, filter, rows) => expect(taskRows(tasks, filter)).toEqual(rows));

test('a task is called by its step and split', () => {
  expect([taskName(tasks, 0), taskName(tasks, 2)]).toEqual(['start', 'fit[0, 1]']);
  expect(statusCounts(tasks)).toEqual([1, 2, 1, 0, 1]);
});

import fc from 'fast-check';
import { ReadyTasks } from '../../../src/engine/run/ready-tasks';

test('tasks come out in the order in which they came, of one kind or of all', () => {
  const ready = new ReadyTasks<string>();
  for (const task of ['a1', 'b1', 'a2', 'c1', 'b2']) ready.push(task[0] as string, task);
  expect([ready.size, ready.waiting('a'), ready.waiting('x'), ready.kinds()]).toEqual([
    5,
    2,
    0,
    ['a', 'b', 'c'],
  ]);
  expect([ready.pull('b'), ready.pull('x'), ready.pull(), ready.kinds()]).toEqual([
    'b1',
    undefined,
    'a1',
    ['a', 'c', 'b'],
  ]);
  expect([ready.pull(), ready.pull(), ready.pull(), ready.pull(), ready.size]).toEqual([
    'a2',
    'c1',
    'b2',
    undefined,
    0,
  ]);
  ready.push('a', 'a3');
  ready.clear();
  expect([ready.size, ready.pull(), ready.kinds()]).toEqual([0, undefined, []]);
});

test('whatever is pushed and pulled, it is what one list would give', () => {
  const kind = fc.constantFrom('', 'x', 'y');
  const step = fc.oneof(fc.record({ push: kind }), fc.record({ pull: fc.option(kind, { nil: undefined }) }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const ready = new ReadyTasks<number>();
      const list: { kind: string; task: number }[] = [];
      steps.forEach((one, task) => {
        if ('push' in one) {
          ready.push(one.push, task);
          list.push({ kind: one.push, task });
        } else {
          const at = list.findIndex((entry) => one.pull === undefined || entry.kind === one.pull);
          expect(ready.pull(one.pull)).toBe(at < 0 ? undefined : list.splice(at, 1)[0]?.task);
        }
        expect(ready.size).toBe(list.length);
        expect(ready.kinds()).toEqual([...new Set(list.map((entry) => entry.kind))]);
      });
    }),
  );
});

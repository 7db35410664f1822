/** The steps that a run is executing, by what is heard of it. */
import type { Happened } from '../../../src/api/messages';
import { follow, type UnderWay } from '../../../src/page/logic/under-way';

const all: UnderWay = new Map();
const tell = (type: 'task-started' | 'task-done' | 'task-log', step: string, task: number) => {
  const address = { flow: 'movies', run: 1, step, task, index: [] };
  return follow(all, {
    type: 'event',
    work: 'w',
    at: 0,
    event: { type, task: address } as unknown as Happened['event'],
  });
};
const steps = () => all.get('movies/1')?.steps;

test('steps come with their first task, and stay until another one begins', () => {
  expect([
    tell('task-started', 'fit', 1),
    tell('task-started', 'fit', 2),
    tell('task-log', 'fit', 2),
  ]).toEqual([...[true, false, false]]);
  expect(steps()).toEqual(['fit']);
  expect(tell('task-started', 'best', 3)).toBe(true);
  expect(steps()).toEqual(['fit', 'best']);
  tell('task-done', 'fit', 1);
  expect(tell('task-done', 'best', 3)).toBe(true);
  expect([tell('task-done', 'fit', 2), steps()]).toEqual([false, ['fit']]);
  const done = { type: 'run-done', flow: 'movies', run: 1 } as unknown as Happened['event'];
  expect([follow(all, { type: 'event', work: 'w', at: 0, event: done }), steps()]).toEqual([true, undefined]);
});

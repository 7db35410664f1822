import { flow } from '../../../src';
import { requireGraph } from '../../../src/definition/flow';
import { parseParams } from '../../../src/definition/params';
import type { RunOptions } from '../../../src/engine/run/options';
import { Planner } from '../../../src/engine/run/planner';
import { type NumberedTask, Recorder } from '../../../src/engine/run/recorder';
import { Rates } from '../../../src/engine/task/rate';
import type { TaskResult } from '../../../src/engine/task/task';
import { memoryStore } from '../../../src/store/open';
import type { ArtifactRecord } from '../../../src/store/rows/rows';
import { encodeArtifact } from '../../../src/store/values/artifacts';

const SPLITS = 100;

/** What plans and records the run of a flow whose tasks the test ends, without executing them. */
function planned(defined: unknown) {
  const graph = requireGraph(defined);
  const store = memoryStore();
  const options: RunOptions = {
    graph,
    store,
    params: parseParams(graph, {}),
    user: 'tester',
    namespace: 'user:tester',
    tags: [],
    cwd: process.cwd(),
    emit: () => {},
    workers: 1,
    pool: () => ({ wake() {}, close: async () => {} }),
  };
  const recorder = new Recorder(options, 1, (error) => {
    throw error;
  });
  const planner = new Planner(options, recorder, new Map(), new Rates(graph, () => {}));
  planner.start();
  const end = (task: NumberedTask, stored: [string, ArtifactRecord][] = [], counts = {}) => {
    const result: TaskResult = { stored, references: [], counts, reads: {} };
    recorder.done(task, { startedAt: 1, durationMs: 1 }, result);
    planner.done(task, result, false);
  };
  const next = () => planner.ready.pull() as NumberedTask;
  return { graph, store, views: recorder.views, planner, next, end };
}

function wide() {
  const f = flow('wide');
  const start = f.start(() => ({ ns: [1] }));
  const each = f.foreach('each', { after: start, over: 'ns' }, ({ input }) => ({ n: input }));
  const more = f.step('more', { after: each }, ({ self }) => ({ m: self.n }));
  const all = f.join('all', { after: more }, () => ({}));
  return f.end(all);
}

test('a finished foreach leaves memory when its join is done, and what the join reads does not before', async () => {
  const { store, views, next, end } = planned(wide());
  const record = await encodeArtifact('n', 'a value', store.cas);
  end(next(), [['ns', record]], { ns: SPLITS });
  for (let n = 0; n < SPLITS; n++) end(next(), [['n', record]]);
  // Each split's first task is read by its second alone; the list, by all that are still to come.
  expect(views.size).toBe(1 + SPLITS);
  for (let n = 0; n < SPLITS; n++) end(next(), [['m', record]]);
  const join = next();
  expect(join.parents).toHaveLength(SPLITS);
  expect(views.size).toBe(SPLITS);
  for (const label of join.parents) {
    const { entries } = await views.view(label);
    expect([...entries.keys()]).toEqual(['ns', 'n', 'm']);
  }
  end(join);
  expect(views.size).toBe(1);
  end(next());
  expect(views.size).toBe(0);
});

test('a failed split lets go of what it read, and holds nothing', async () => {
  const { views, planner, next, end } = planned(wide());
  end(next(), [], { ns: 2 });
  planner.over(next());
  planner.over(next());
  expect(views.size).toBe(0);
});

test('the tasks of a wide foreach are made when they are pulled, in split order', () => {
  const { planner, next, end } = planned(wide());
  end(next(), [], { ns: 1_000_000_000 });
  expect(planner.ready.size).toBe(1_000_000_000);
  expect([next(), next()].map(({ label, stack }) => [label, stack[0]?.index])).toEqual([
    ['each/2', 0],
    ['each/3', 1],
  ]);
});

/** A run as its pool sees it: the tasks that it can pull, their common data, the callbacks for their events. */

import type { ArtifactRecord } from '../../store/rows/rows';
import type { Job } from '../pool/job';
import type { PoolHost } from '../pool/pool';
import type { TaskAddress } from '../task/flow-event';
import { labelOf } from '../task/label';
import type { Planned } from '../task/place';
import type { RunContext, TaskSpec } from '../task/task';
import type { RunCards } from './cards';
import type { RunOptions } from './options';
import type { ReadyTasks } from './ready-tasks';
import type { NumberedTask, Recorder } from './recorder';

/** A task that a pool has pulled. */
export interface ActiveTask extends NumberedTask {
  /** When it began; 0 until then. */
  since: number;
  /** Whether it has a row while it is running. */
  recorded: boolean;
}

export interface HostedRun extends Pick<PoolHost, 'finished' | 'broken'> {
  pull(kind?: string): Job | undefined;
  params: [string, ArtifactRecord][];
  recorder: Recorder;
  ready: ReadyTasks<NumberedTask>;
  active: ReadonlyMap<Job, ActiveTask>;
  cards: RunCards;
  address(task: NumberedTask): TaskAddress;
  stopped(): boolean;
}

export function poolHost(options: RunOptions, hosted: HostedRun): PoolHost {
  const { emit } = options;
  const { recorder, ready, active, cards, address, stopped } = hosted;
  return {
    run: runContext(options, recorder.row.run, hosted.params),
    pull: hosted.pull,
    pending: (kind) => (stopped() ? 0 : ready.waiting(kind)),
    kinds: () => (stopped() ? [] : ready.kinds()),
    view: (label) => recorder.views.view(label),
    started(job) {
      const task = active.get(job);
      if (!task) return;
      const again = task.since > 0;
      task.since = Date.now();
      if (!again) emit({ type: 'task-started', task: address(task) });
    },
    log(job, stream, text) {
      const task = active.get(job);
      if (!task) return;
      recorder.log(task, stream, text);
      emit({ type: 'task-log', task: address(task), stream, text });
    },
    card(job, card) {
      const task = active.get(job);
      if (task) cards.changed(task, address(task), card);
    },
    finished: hosted.finished,
    late: ({ step, task }, text) =>
      emit({
        type: 'task-went-on',
        task: options.unrecorded ? step : labelOf({ step, task: Number(task) }),
        text,
      }),
    silent(job, ms) {
      const task = active.get(job);
      if (task) emit({ type: 'task-silent', task: task.label, ms });
    },
    broken: hosted.broken,
  };
}

/** Of a task that was not attempted. */
const NO_ATTEMPTS: NumberedTask['attempts'] = [];

export function numbered(
  { step, parents, base, stack, branches, iteration }: Planned,
  number: number,
): NumberedTask {
  const label = `${step}/${number}`;
  const task: NumberedTask = { step, parents, stack, number, label, attempt: 0, attempts: NO_ATTEMPTS };
  if (base !== undefined) task.base = base;
  if (branches) task.branches = branches;
  if (iteration !== undefined) task.iteration = iteration;
  return task;
}

/** What a pool gets of a task. */
export function specOf(task: NumberedTask, { unrecorded }: RunOptions): TaskSpec {
  const { step, number, attempt, parents, base, stack, branches, iteration } = task;
  const spec: TaskSpec = { step, task: String(number), attempt, parents, stack };
  if (unrecorded) spec.shown = 'spin';
  if (base !== undefined) spec.base = base;
  if (branches) spec.branches = branches;
  if (iteration !== undefined) spec.iteration = iteration;
  return spec;
}

function runContext(
  { graph, user, namespace, tags, cwd, takeover, unrecorded }: RunOptions,
  run: number,
  params: RunContext['params'],
): RunContext {
  return {
    flow: graph.flow,
    run: unrecorded ? 'spin' : String(run),
    user,
    namespace,
    tags,
    params,
    cwd,
    ...(takeover && !unrecorded ? { origin: `${graph.flow}/${takeover.origin.run}` } : {}),
  };
}

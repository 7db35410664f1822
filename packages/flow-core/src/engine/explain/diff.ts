/** The differences between two runs or two tasks: by digests, task by task, without decoding anything. */
import type { ArtifactRecord, RunRow, TaskRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { recordedOutputs, recordedParams } from '../record/read';
import type { Change } from '../task/change';
import type { ArtifactDifference } from '../task/difference';
import { labelOf, taskOf } from '../task/label';
import { stackKey } from '../task/place';
import type { Visible } from '../task/view';

export interface ArtifactDiff {
  name: string;
  change: Change;
  /** With its bytes only when they are few. */
  before?: ArtifactRecord;
  after?: ArtifactRecord;
  /** What differs inside of it, where that was asked for. */
  difference?: ArtifactDifference;
}

/** Up to this size, in bytes, an artifact's value is shown. A larger one is not decoded. */
const SHOWN_BYTES = 2048;

/** Tasks whose artifacts are read at once. */
const TOGETHER = 8;

/** Examples kept of each artifact of a step. */
const EXAMPLES = 3;

export interface ArtifactCounts {
  same: number;
  changed: number;
  new: number;
  gone: number;
  /** The first tasks in which it differs. */
  examples: { before: TaskRow; after: TaskRow; diff: ArtifactDiff }[];
}

export interface StepDiff {
  step: string;
  /** `new`, `gone`: only one of the runs has the step. */
  change: Change;
  /** Tasks at the same place (split and iteration) of both runs, and tasks that only one run has. */
  tasks: { same: number; changed: number; new: number; gone: number };
  /** Tasks in both runs that were executed only once, since a resumed run took them over. */
  taken: number;
  /** Milliseconds, summed over the tasks that both runs executed. */
  durationMs: { before: number; after: number };
  artifacts: Map<string, ArtifactCounts>;
  /** Tasks that ended differently, such as `done` and `failed`. Twice the same word means another error. */
  ends: { before: string; after: string; count: number }[];
}

/** How a task ended, in one word. */
export function endOf({ status, error }: TaskRow): string {
  return status === 'done' && error ? 'caught' : status;
}

export async function diffParams(store: Store, before: RunRow, after: RunRow): Promise<ArtifactDiff[]> {
  const [old, now] = await Promise.all(
    [before, after].map(async ({ flow, run }) => {
      const records = await recordedParams(store, flow, run, await store.paramNames(flow, run));
      return new Map(records);
    }),
  );
  return compare(old as Map<string, ArtifactRecord>, now as Map<string, ArtifactRecord>);
}

/** Compares what two tasks returned themselves. */
export async function diffTasks(
  store: Store,
  before: { run: RunRow; row: TaskRow },
  after: { run: RunRow; row: TaskRow },
): Promise<ArtifactDiff[]> {
  const [old, now] = await Promise.all(
    [before, after].map(({ run, row }) => recordedOutputs(store, run.flow, run.run, row)),
  );
  return compare(old as Map<string, Visible>, now as Map<string, Visible>);
}

/** Yields every step of either run, in the order of declaration; with `only`, that step. */
export async function* diffSteps(
  store: Store,
  before: RunRow,
  after: RunRow,
  only?: string,
): AsyncGenerator<StepDiff, void, undefined> {
  const names = (run: RunRow) => run.steps.map(({ name }) => name);
  const [old, now] = [names(before), names(after)];
  for (const step of new Set([...now, ...old])) {
    if (only !== undefined && step !== only) continue;
    const change = !old.includes(step) ? 'new' : !now.includes(step) ? 'gone' : undefined;
    yield await diffStep(store, before, after, step, change);
  }
}

async function diffStep(
  store: Store,
  before: RunRow,
  after: RunRow,
  step: string,
  change: Change | undefined,
): Promise<StepDiff> {
  const diff: StepDiff = {
    step,
    change: change ?? 'same',
    tasks: { same: 0, changed: 0, new: 0, gone: 0 },
    taken: 0,
    durationMs: { before: 0, after: 0 },
    artifacts: new Map(),
    ends: [],
  };
  let group: TaskPair[] = [];
  const flush = async () => {
    const compared = await Promise.all(
      group.map((pair) =>
        diffTasks(store, { run: before, row: pair.before }, { run: after, row: pair.after }),
      ),
    );
    group.forEach((pair, i) => {
      count(diff, pair, compared[i] as ArtifactDiff[]);
    });
    group = [];
  };
  for await (const pair of pairs(store, before, after, step)) {
    if (pair === 'new' || pair === 'gone') diff.tasks[pair]++;
    else if (source(before, pair.before) === source(after, pair.after)) {
      diff.tasks.same++;
      diff.taken++;
    } else if (group.push(pair) === TOGETHER) await flush();
  }
  await flush();
  const { changed, new: added, gone } = diff.tasks;
  if (change === undefined && changed + added + gone > 0) diff.change = 'changed';
  return diff;
}

function count(diff: StepDiff, { before, after }: TaskPair, artifacts: readonly ArtifactDiff[]): void {
  diff.durationMs.before += before.durationMs ?? 0;
  diff.durationMs.after += after.durationMs ?? 0;
  const [was, is] = [endOf(before), endOf(after)];
  const otherwise = was !== is || before.error?.message !== after.error?.message;
  if (otherwise) {
    const known = diff.ends.find((end) => end.before === was && end.after === is);
    if (known) known.count++;
    else diff.ends.push({ before: was, after: is, count: 1 });
  }
  // A failed task returns nothing: its artifacts do not count as gone.
  const compared = before.status === 'done' && after.status === 'done' ? artifacts : [];
  const same = !otherwise && compared.every(({ change }) => change === 'same');
  diff.tasks[same ? 'same' : 'changed']++;
  for (const artifact of compared) {
    let counts = diff.artifacts.get(artifact.name);
    if (!counts) {
      counts = { same: 0, changed: 0, new: 0, gone: 0, examples: [] };
      diff.artifacts.set(artifact.name, counts);
    }
    counts[artifact.change]++;
    if (artifact.change !== 'same' && counts.examples.length < EXAMPLES)
      counts.examples.push({ before, after, diff: artifact });
  }
}

interface TaskPair {
  before: TaskRow;
  after: TaskRow;
}

/**
 * Pairs the tasks of a step in two runs by their place, while both are read in the order of task numbers. Places
 * mostly come in the same order. For a task whose counterpart has not come yet, only the number is kept.
 */
async function* pairs(
  store: Store,
  before: RunRow,
  after: RunRow,
  step: string,
): AsyncGenerator<TaskPair | 'new' | 'gone', void, undefined> {
  const old = side(store, before, step);
  const now = side(store, after, step);
  while (!old.ended || !now.ended) {
    const [a, b] = await Promise.all([old.next(), now.next()]);
    if (a && b && placeOf(a) === placeOf(b)) {
      yield { before: a, after: b };
      continue;
    }
    const toA = a && (await now.take(placeOf(a)));
    if (a && toA) yield { before: a, after: toA };
    else if (a && now.ended) yield 'gone';
    else if (a) old.keep(a);
    const toB = b && (await old.take(placeOf(b)));
    if (b && toB) yield { before: toB, after: b };
    else if (b && old.ended) yield 'new';
    else if (b) now.keep(b);
  }
  for (let left = old.kept; left > 0; left--) yield 'gone';
  for (let left = now.kept; left > 0; left--) yield 'new';
}

function side(store: Store, { flow, run }: RunRow, step: string) {
  const rows = store.tasks(flow, run, step);
  const waiting = new Map<string, number>();
  return {
    ended: false,
    async next(): Promise<TaskRow | undefined> {
      if (this.ended) return undefined;
      const { value } = await rows.next();
      if (!value) this.ended = true;
      return value ?? undefined;
    },
    keep: (row: TaskRow) => void waiting.set(placeOf(row), row.task),
    async take(place: string): Promise<TaskRow | undefined> {
      const task = waiting.get(place);
      if (task === undefined) return undefined;
      waiting.delete(place);
      return store.task(flow, run, step, task);
    },
    get kept() {
      return waiting.size;
    },
  };
}

function placeOf({ stack, iteration }: TaskRow): string {
  return `${stackKey(stack)}|${iteration ?? ''}`;
}

/** The task that executed. */
function source({ run }: RunRow, { origin, step, task }: TaskRow): string {
  const at = taskOf(run, origin ?? labelOf({ step, task }));
  return `${at.run}/${at.step}/${at.task}`;
}

function compare(
  before: ReadonlyMap<string, ArtifactRecord>,
  after: ReadonlyMap<string, ArtifactRecord>,
): ArtifactDiff[] {
  return [...new Set([...after.keys(), ...before.keys()])].map((name) => {
    const [old, now] = [before.get(name), after.get(name)];
    const change = !old ? 'new' : !now ? 'gone' : old.digest === now.digest ? 'same' : 'changed';
    return { name, change, ...(old ? { before: brief(old) } : {}), ...(now ? { after: brief(now) } : {}) };
  });
}

function brief(record: ArtifactRecord): ArtifactRecord {
  if (record.size <= SHOWN_BYTES) return record;
  const { bytes: _, ...rest } = record;
  return rest;
}

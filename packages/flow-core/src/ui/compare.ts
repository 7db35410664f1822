/** Two runs or two tasks beside each other, as `nx-flow diff --values` compares them. */

import { FlowError } from '../definition/errors';
import { thousands } from '../definition/thousands';
import {
  type ArtifactDiff,
  diffParams,
  diffSteps,
  diffTasks,
  endOf,
  type StepDiff,
} from '../engine/explain/diff';
import { addDifferences, addDifferencesOfSteps, type Values } from '../engine/explain/differences';
import { requireRun } from '../engine/record/find-run';
import { cardsOfRun, cardsOfTask } from '../engine/record/read-cards';
import { noTask, requireStepIn } from '../engine/task/not-found';
import { stackKey } from '../engine/task/place';
import { previewOf } from '../engine/task/preview';
import { parsePathspec } from '../store/pathspec';
import type { ArtifactRecord, RunRow, TaskRow } from '../store/rows/rows';
import type { Store } from '../store/store';
import { decodeArtifact } from '../store/values/artifacts';
import { isLater } from '../store/values/later';
import { differenceLines } from './difference-lines';

/** Characters of a value, and cards that are listed. */
const [WIDTH, CARDS] = [120, 200];

export interface Compared {
  a: ComparedSide;
  b: ComparedSide;
  params: readonly ComparedRow[];
  artifacts: readonly ComparedRow[];
  /** Milliseconds, as decimal texts. */
  times: readonly ComparedRow[];
  cards: readonly { id: string; a?: string; b?: string }[];
}

export interface ComparedSide {
  pathspec: string;
  status: string;
  startedAt: number;
  durationMs?: number;
}

export interface ComparedRow {
  name: string;
  a?: string;
  b?: string;
  change: 'same' | 'changed' | 'only-a' | 'only-b';
  inside?: readonly string[];
}

/** @throws FlowError FLOW_PATHSPEC, FLOW_USAGE, and for what is not there */
export async function compare(store: Store, a: string, b: string): Promise<Compared> {
  const [before, after] = await Promise.all([sideOf(store, a), sideOf(store, b)]);
  if (Boolean(before.row) !== Boolean(after.row))
    throw new FlowError('FLOW_USAGE', `${a} and ${b} are a run and a task: compare two runs, or two tasks.`);
  const about = { a: shownSide(before), b: shownSide(after) };
  const params = await diffParams(store, before.run, after.run);
  const shownParams = params.map((one) => rowOf(store, one));
  if (before.row && after.row) {
    const [old, now] = [before as SideOfTask, after as SideOfTask];
    const artifacts = await diffTasks(store, old, now);
    await addDifferences(store, old, now, artifacts, valuesOf(store));
    const times = [timeRow('duration', old.row.durationMs, now.row.durationMs)];
    return {
      ...about,
      params: shownParams,
      artifacts: artifacts.map((one) => rowOf(store, one)),
      times,
      cards: await cards(store, old, now),
    };
  }
  const steps: StepDiff[] = [];
  for await (const step of diffSteps(store, before.run, after.run)) steps.push(step);
  await addDifferencesOfSteps(store, { before: before.run, after: after.run }, steps, valuesOf(store));
  return {
    ...about,
    params: shownParams,
    artifacts: steps.flatMap((step) => stepRows(store, step)),
    times: [
      timeRow('the run', before.run.durationMs, after.run.durationMs),
      ...steps.map(({ step, durationMs }) => timeRow(step, durationMs.before, durationMs.after)),
    ],
    cards: await cards(store, before, after),
  };
}

interface Side {
  run: RunRow;
  row?: TaskRow;
}
type SideOfTask = Required<Side>;

async function sideOf(store: Store, text: string): Promise<Side> {
  const { flow, run: number, step, task } = parsePathspec(text);
  if (flow === undefined || number === undefined || (step !== undefined && task === undefined))
    throw new FlowError(
      'FLOW_PATHSPEC',
      `"${text}" names neither a run nor a task: that looks like movies/12 or movies/12/train/3.`,
    );
  const run = await requireRun(store, flow, number);
  if (step === undefined || task === undefined) return { run };
  requireStepIn(
    `${flow}/${number}`,
    run.steps.map(({ name }) => name),
    step,
  );
  const row = await store.task(flow, number, step, task);
  if (!row) throw noTask({ flow, run: number, step, task }, []);
  return { run, row };
}

function shownSide({ run, row }: Side): ComparedSide {
  const of = row ?? run;
  return {
    pathspec: `${run.flow}/${run.run}${row ? `/${row.step}/${row.task}` : ''}`,
    status: row ? endOf(row) : run.status,
    startedAt: of.startedAt,
    ...(of.durationMs === undefined ? {} : { durationMs: of.durationMs }),
  };
}

function valuesOf({ cas }: Store): Values {
  return {
    async decode(record) {
      const value = decodeArtifact(record, cas);
      return isLater(value) ? value.value() : value;
    },
    codecs: async () => undefined,
  };
}

const CHANGES = { same: 'same', changed: 'changed', new: 'only-b', gone: 'only-a' } as const;

function rowOf(store: Store, { name, change, before, after, difference }: ArtifactDiff): ComparedRow {
  return {
    name,
    ...(before ? { a: textOf(store, before) } : {}),
    ...(after ? { b: textOf(store, after) } : {}),
    change: CHANGES[change],
    ...(difference ? { inside: differenceLines(name, difference) } : {}),
  };
}

/** A row for each artifact of a step; of several tasks, the first one that differs stands for all. */
function stepRows(store: Store, { step, tasks, artifacts }: StepDiff): ComparedRow[] {
  const ends = tasks.new + tasks.gone;
  const rows = [...artifacts].map(([name, { same, changed, new: added, gone, examples }]): ComparedRow => {
    const of = same + changed + added + gone;
    const differs = changed + added + gone;
    const [example] = examples;
    const shown = example ? rowOf(store, example.diff) : undefined;
    const change = differs === 0 ? 'same' : added === of ? 'only-b' : gone === of ? 'only-a' : 'changed';
    const counted =
      of > 1 && differs > 0
        ? [`differs in ${thousands(differs)} of ${thousands(of)} tasks; the first one:`]
        : [];
    return {
      ...shown,
      name: `${step}.${name}`,
      change,
      ...(counted.length > 0 || shown?.inside ? { inside: [...counted, ...(shown?.inside ?? [])] } : {}),
    };
  });
  if (ends === 0) return rows;
  const change =
    tasks.new > 0 && tasks.gone === 0 ? 'only-b' : tasks.gone > 0 && tasks.new === 0 ? 'only-a' : 'changed';
  return [
    ...rows,
    {
      name: `${step}: tasks`,
      change,
      a: `${tasks.gone} that the other lacks`,
      b: `${tasks.new} that the other lacks`,
    },
  ];
}

/** Of a large value, what is known of it. */
function textOf({ cas }: Store, record: ArtifactRecord): string {
  const about = `${record.type}, ${thousands(record.size)} bytes`;
  if (!record.bytes) return about;
  try {
    const value = decodeArtifact(record, cas);
    return isLater(value) ? about : previewOf(value, WIDTH);
  } catch {
    return about;
  }
}

function timeRow(name: string, before: number | undefined, after: number | undefined): ComparedRow {
  const text = (ms: number | undefined) => (ms === undefined ? undefined : String(Math.round(ms * 10) / 10));
  const [a, b] = [text(before), text(after)];
  const change = a === b ? 'same' : a === undefined ? 'only-b' : b === undefined ? 'only-a' : 'changed';
  return { name, ...(a === undefined ? {} : { a }), ...(b === undefined ? {} : { b }), change };
}

/** Cards of the same place in both, by their ids. */
async function cards(store: Store, a: Side, b: Side): Promise<Compared['cards']> {
  const found = new Map<string, { id: string; a?: string; b?: string }>();
  for (const [side, { run, row }] of [
    ['a', a],
    ['b', b],
  ] as const) {
    let count = 0;
    const all = row ? await cardsOfTask(store, run, row) : cardsOfRun(store, run);
    for await (const { id, step, task } of all) {
      if (++count > CARDS) break;
      const of = row ?? (await store.task(run.flow, run.run, step, task));
      const key = `${row ? '' : `${step} ${stackKey(of?.stack ?? [])} ${of?.iteration ?? ''} `}${id}`;
      found.set(key, { ...found.get(key), id, [side]: `${run.flow}/${run.run}/${step}/${task}` });
    }
  }
  return [...found.values()];
}

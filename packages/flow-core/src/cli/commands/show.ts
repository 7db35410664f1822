/** nx-flow show: a run and its steps, or one task. */

import { thousands } from '../../definition/thousands';
import { recordedParams } from '../../engine/record/read';
import { addRow, noTasks, type StepSummary, unpackSummary } from '../../engine/record/step-summaries';
import { previewOf } from '../../engine/task/preview';
import type { RunRow, TaskRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import type { Command } from '../command';
import { taskJson } from '../json/task';
import { jsonValue } from '../json/value';
import { noteLost, requireRunStep, runOf, taskOf } from '../lookup';
import { SPIN_STORE } from '../options';
import { type Decode, decoderOf, reading } from '../reading';
import { renderThrown } from '../render/error';
import type { Output } from '../render/output';
import { parentsText, showTask } from '../render/show-task';
import { isCaught, statusText, taskStatusText } from '../render/status';
import { ago, duration, plural, table } from '../render/table';
import { cut } from '../render/text';

export const command: Command = {
  spec: {
    name: 'show',
    help: 'Show a run: its steps, parameters and failures; or one task: its inputs and artifacts',
    positionals: ['<flow>', '[run | run/step | run/step/task]'],
    options: { ...SPIN_STORE },
    families: [],
    examples: ['nx-flow show movies', 'nx-flow show movies 12', 'nx-flow show movies 12/genre/3'],
  },

  execute(context) {
    const { output } = context;
    return reading(context, 1, async (recorded) => {
      const { store, spec, place } = recorded;
      const run = await runOf(recorded, spec);
      if (spec.step !== undefined) requireRunStep(run, spec.step);
      if (spec.step !== undefined && spec.task !== undefined) {
        const { row } = await taskOf(store, run, { ...spec, step: spec.step });
        await showTask(store, run, row, output, place.workspace);
      } else await showRun(store, run, spec.step, output, place.workspace, decoderOf(recorded));
    });
  },
};

type Step = Pick<RunRow['steps'][number], 'name' | 'kind'> & StepSummary;

async function showRun(
  store: Store,
  run: RunRow,
  step: string | undefined,
  output: Output,
  cwd: string,
  decode: Decode,
): Promise<void> {
  const { colors } = output;
  const { steps, failures, failed, tasks } = await tasksOf(store, run, step);
  const params = await recordedParams(store, run.flow, run.run, await store.paramNames(run.flow, run.run));
  const values: Record<string, unknown> = {};
  for (const [name, record] of params) values[name] = await decode(record);
  const tags = await store.tags(run);
  const about = [
    `${run.status === 'running' ? 'since' : 'started'} ${ago(run.startedAt, Date.now())}`,
    run.durationMs === undefined ? '' : `took ${duration(run.durationMs)}`,
    `by ${run.user}`,
    tags.length > 0 ? `tags ${tags.join(' ')}` : '',
    run.with ? `with ${run.with.join(' ')}` : '',
    run.spunFrom ? `spin of ${run.spunFrom.step} on ${run.spunFrom.origin ?? 'given inputs'}` : '',
    run.origin === undefined ? '' : `resumed from ${run.flow}/${run.origin}`,
    run.imported ? `imported, there ${run.imported.run}` : '',
    run.git ? `git ${run.git.commit.slice(0, 8)}${run.git.dirty ? ' with changes' : ''}` : '',
  ].filter(Boolean);
  output.write(
    `${colors.bold(`${run.flow}/${run.run}`)} ${statusText(run, output)}  ${colors.dim(about.join(', '))}\n`,
  );
  if (params.length > 0) {
    output.write(
      `${colors.dim('parameters')} ${Object.entries(values)
        .map(([k, v]) => `${k}=${cut(previewOf(v, 60), 60)}`)
        .join('  ')}\n`,
    );
  }
  output.write(`\n${step === undefined ? stepTable(steps, output) : taskTable(tasks, output)}`);
  for (const row of failures) {
    const { step: s, task, error } = row;
    const pathspec = `${run.flow}/${run.run}/${s}/${task}`;
    output.write(
      `\n${isCaught(row) ? colors.yellow(`${pathspec} caught`) : colors.red(pathspec)}\n${error ? renderThrown(error, output, cwd) : ''}`,
    );
  }
  if (failed > failures.length) output.write(`\n… and ${plural(failed - failures.length, 'more failure')}\n`);
  if (failures.length === 0 && run.error) output.write(`\n${renderThrown(run.error, output, cwd)}`);
  const lost = await noteLost(store, run, output);
  output.result({
    pathspec: `${run.flow}/${run.run}`,
    status: run.status,
    startedAt: run.startedAt,
    durationMs: run.durationMs,
    user: run.user,
    namespace: run.namespace,
    tags,
    systemTags: run.systemTags,
    ...(run.origin === undefined ? {} : { origin: `${run.flow}/${run.origin}` }),
    ...(run.spunFrom ? { spunFrom: run.spunFrom } : {}),
    params: jsonValue(values),
    with: run.with,
    git: run.git,
    imported: run.imported,
    code: run.code,
    ...(lost.length > 0 ? { lost } : {}),
    error: run.error && { name: run.error.name, message: run.error.message },
    steps: steps.map(({ name, kind, done, caught, failed, running, totalMs }) => ({
      step: name,
      ...{ kind, done, caught, failed, running },
      totalMs: Math.round(totalMs),
    })),
    ...(step === undefined ? {} : { tasks: tasks.map((row) => taskJson(run, row)) }),
  });
}

/**
 * What became of the tasks. An ended run's row says it of its steps; else, and where tasks are shown, all rows are read.
 * @param wanted the step whose tasks are shown
 */
async function tasksOf(store: Store, run: RunRow, wanted: string | undefined) {
  // A persisted spin has one step.
  const only = wanted ?? run.spunFrom?.step;
  // What it says of a repaired run is of rows that may be lost.
  const summaries = run.repaired === undefined ? run.summaries : undefined;
  const summaryOf = (step: string) =>
    summaries && Object.hasOwn(summaries, step) ? summaries[step] : undefined;
  const steps = run.steps
    .filter(({ name }) => only === undefined || only === name)
    .map(({ name, kind }): Step => ({ name, kind, ...unpackSummary(summaryOf(name)) }));
  const tasks: TaskRow[] = [];
  if (!summaries || wanted !== undefined) {
    const byName = new Map(steps.map((step) => [step.name, Object.assign(step, noTasks())]));
    for await (const row of store.tasks(run.flow, run.run, wanted)) {
      const step = byName.get(row.step);
      if (step) addRow(step, row);
      if (wanted !== undefined) tasks.push(row);
    }
  }
  const failed = steps.reduce((sum, step) => sum + step.failed + step.caught, 0);
  const named = steps.flatMap(({ name, failures }) => failures.map((task) => ({ step: name, task })));
  const rows = await store.taskRows(run.flow, run.run, named.sort(byLabel).slice(0, SHOWN));
  return { steps, tasks, failed, failures: rows.filter((row) => row !== undefined) };
}

/** Failures that are shown. */
const SHOWN = 3;

/** As the store has them. */
function byLabel(a: { step: string; task: number }, b: typeof a): number {
  return a.step === b.step ? a.task - b.task : a.step < b.step ? -1 : 1;
}

function stepTable(steps: Step[], { colors, columns }: Output): string {
  // The column appears only when a failure was caught: few flows catch.
  const catches = steps.some(({ caught }) => caught > 0);
  const rows = steps.map(({ name, kind, done, caught, failed, running, totalMs, first }) => {
    const ended = done + failed;
    return [
      ended + running > 0 ? name : colors.dim(name),
      colors.dim(kind),
      done > 0 ? colors.green(thousands(done)) : '',
      ...(catches ? [caught > 0 ? colors.yellow(thousands(caught)) : ''] : []),
      failed > 0 ? colors.red(String(failed)) : '',
      running > 0 ? colors.cyan(String(running)) : '',
      ended > 0 ? duration(totalMs / ended) : '',
      ended > 1 ? duration(totalMs) : '',
      first > 0 ? colors.dim(`${name}/${first}`) : colors.dim('not reached'),
    ];
  });
  return table(
    [
      { head: 'Step' },
      { head: 'Kind' },
      { head: 'Done', align: 'right' },
      ...(catches ? [{ head: 'Caught', align: 'right' as const }] : []),
      { head: 'Failed', align: 'right' },
      { head: 'Running', align: 'right' },
      { head: 'Each', align: 'right' },
      { head: 'Total', align: 'right' },
      { head: 'First task' },
    ],
    rows,
    columns,
    colors.dim,
  );
}

function taskTable(tasks: TaskRow[], output: Output): string {
  const { colors, columns } = output;
  const rows = tasks.map((row) => [
    `${row.step}/${row.task}`,
    taskStatusText(row, output),
    row.stack.map(({ index }) => index).join(','),
    row.iteration === undefined ? '' : String(row.iteration),
    row.durationMs === undefined ? '' : duration(row.durationMs),
    parentsText(row),
    row.stored.join(' '),
  ]);
  return table(
    [
      { head: 'Task' },
      { head: 'Status' },
      { head: 'Index' },
      { head: 'Iteration' },
      { head: 'Time', align: 'right' },
      { head: 'Parents' },
      { head: 'Artifacts', shrink: true },
    ],
    rows,
    columns,
    colors.dim,
  );
}

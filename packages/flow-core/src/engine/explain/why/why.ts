/** why: compares the last task of a step with the task that it would be now. */
import { FlowError } from '../../../definition/errors';
import { ancestors } from '../../../definition/graph';
import { packageVersion } from '../../../environment/package-root';
import { type VariableDifference, variableDifferences } from '../../../source/declared-inputs';
import type { RunRow, TaskRow } from '../../../store/rows/rows';
import type { Store } from '../../../store/store';
import { inNamespace, requireRun } from '../../record/find-run';
import { Tasks } from '../../record/task-index';
import { rowsOf } from '../../record/task-rows';
import { taskOf } from '../../task/label';
import { type CodeDifferences, Codes } from './code';
import { type InputDifference, inputDifferences } from './inputs';
import { type ParameterDifference, parameterDifferences } from './params';
import type { RecordedTask, WhyOptions } from './question';

export interface Why {
  row: TaskRow;
  run: RunRow;
  /** `flow/run/step/task`. */
  pathspec: string;
  /** The task that executed. It is another one when a resumed run took it over. */
  executed: string;
  code: CodeDifferences;
  parameters: ParameterDifference[];
  /** Differences between its inputs and those of the run before that had the step. */
  inputs: { before: string | undefined; differences: InputDifference[] };
  /** Steps before it whose code differs now: a new run would compute their artifacts again. */
  upstream: { step: string; code: CodeDifferences }[];
  environment: { name: 'Node' | 'nx-flow'; before: string; after: string }[];
  /** Declared variables whose values differ now. */
  variables: VariableDifference[];
  /** Whether a spin would do the same. Undefined when the code cannot be compared. */
  same: boolean | undefined;
}

/** @throws FlowError FLOW_RUN_NOT_FOUND, FLOW_TASK_NOT_FOUND, FLOW_PARAMS */
export async function why(options: WhyOptions): Promise<Why> {
  const { graph, store, step } = options;
  const { run, row, before } = await chosenTask(options);
  const pathspec = (r: RunRow, t: TaskRow) => `${graph.flow}/${r.run}/${t.step}/${t.task}`;
  const codes = new Codes(store, graph.flow, options.code);
  const executed = executedIn(run.run, row);
  const executedRun = executed.run === run.run ? run : await store.run(graph.flow, executed.run);
  const code = await codes.differences(step, executed.run);
  const parameters = await parameterDifferences(options, { run, row });
  const environment = environmentOf(executedRun ?? run, options.node ?? process.version);
  const variables = variableDifferences(graph, (executedRun ?? run).variables);
  const differs =
    parameters.some(({ matters }) => matters) ||
    environment.length > 0 ||
    variables.length > 0 ||
    ('differences' in code && code.differences.length + code.open.length > 0);
  return {
    row,
    run,
    pathspec: pathspec(run, row),
    executed: `${graph.flow}/${executed.run}/${executed.step}/${executed.task}`,
    code,
    parameters,
    inputs: {
      before: before && pathspec(before.run, before.row),
      differences: before ? await inputDifferences(store, before, { run, row }) : [],
    },
    upstream: await upstreamOf(options, codes, { run, row }),
    environment,
    variables,
    same: differs ? false : 'unknown' in code ? undefined : true,
  };
}

/** The task in question, from the given run or the newest that has one, and the newest task before it. */
async function chosenTask(options: WhyOptions): Promise<RecordedTask & { before?: RecordedTask }> {
  const { graph, store, namespace, step, run: wanted, task } = options;
  let found: RecordedTask | undefined;
  if (wanted !== undefined) {
    const run = await requireRun(store, graph.flow, wanted);
    const row =
      task === undefined ? await findRow(options, wanted) : await store.task(graph.flow, wanted, step, task);
    if (!row) throw await noTask(`${graph.flow}/${wanted}`, options);
    found = { run, row };
  }
  for await (const run of store.runs(graph.flow, namespace)) {
    if (found && run.run >= found.run.run) continue;
    const place = found && {
      index: found.row.stack.map(({ index }) => index),
      iteration: found.row.iteration ?? 0,
    };
    const row = await findRow({ ...options, ...place }, run.run);
    if (!row) continue;
    if (found) return { ...found, before: { run, row } };
    found = { run, row };
  }
  if (found) return found;
  throw await noTask(undefined, options);
}

async function noTask(
  where: string | undefined,
  { graph, store, namespace, step, index, iteration, task }: WhyOptions,
): Promise<FlowError> {
  const place = [
    task === undefined ? '' : ` ${task}`,
    index && index.length > 0 ? ` at the split ${index.join(',')}` : '',
    iteration === undefined ? '' : ` of the iteration ${iteration}`,
  ].join('');
  const { yet, others } =
    where === undefined ? await inNamespace(store, graph.flow, namespace) : { yet: '', others: '' };
  return new FlowError(
    'FLOW_TASK_NOT_FOUND',
    `${where ?? graph.flow} has no task${place} of "${step}"${yet}, so there is nothing to compare with: nx-flow run ${graph.flow}${others}`,
  );
}

async function findRow(
  { graph, store, step, index = [], iteration = 0 }: WhyOptions,
  run: number,
): Promise<TaskRow | undefined> {
  const first = await store.firstTask(graph.flow, run, step);
  const place = first?.stack.map((_, i) => index[i] ?? 0) ?? [];
  const wanted = (row: TaskRow) => (row.iteration ?? 0) === iteration;
  return first && new Tasks(store).find(graph.flow, run, step, place, wanted);
}

/** The task that executed. The code of a taken-over task is that of the run which executed it. */
function executedIn(run: number, { step, task, origin }: TaskRow) {
  return origin === undefined ? { run, step, task } : taskOf(run, origin);
}

async function upstreamOf(
  { graph, store, step }: WhyOptions,
  codes: Codes,
  { run, row }: RecordedTask,
): Promise<Why['upstream']> {
  const upstream: Why['upstream'] = [];
  const made = await lineage(store, run, row);
  for (const name of graph.steps.keys()) {
    const runs = made.get(name);
    if (name === step || !runs) continue;
    const code = await codes.worst(name, runs);
    if ('unknown' in code || code.differences.length > 0) upstream.push({ step: name, code });
  }
  const known = new Set(run.steps.map(({ name }) => name));
  for (const name of ancestors(graph, step)) {
    if (!known.has(name))
      upstream.push({ step: name, code: { unknown: `${run.flow}/${run.run} did not have it` } });
  }
  return upstream;
}

/** The steps before a task, each with the runs whose code computed its artifacts. */
async function lineage(store: Store, run: RunRow, row: TaskRow): Promise<Map<string, Set<number>>> {
  const found = new Map<string, Set<number>>();
  const seen = new Set<string>();
  for (let labels = before(row); labels.length > 0; ) {
    const fresh = [...new Set(labels)].filter((label) => !seen.has(label));
    for (const label of fresh) seen.add(label);
    const next: string[] = [];
    for (const parent of await rowsOf(store, run.flow, run.run, fresh)) {
      if (!parent) continue;
      const runs = found.get(parent.step) ?? new Set();
      found.set(parent.step, runs.add(executedIn(run.run, parent).run));
      for (const label of before(parent)) next.push(label);
    }
    labels = next;
  }
  return found;
}

/** The tasks before it, by their labels. */
const before = ({ parents, base }: TaskRow) => (base === undefined ? parents : [base]);

function environmentOf(run: RunRow, node: string): Why['environment'] {
  const major = (version: string) => version.replace(/^v?(\d+).*/, '$1');
  const found: Why['environment'] = [];
  if (major(run.node) !== major(node)) found.push({ name: 'Node', before: run.node, after: node });
  const engine = packageVersion();
  if (run.version !== engine) found.push({ name: 'nx-flow', before: run.version, after: engine });
  return found;
}

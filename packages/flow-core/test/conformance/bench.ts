/** Runs, resumes and spins a program in this process, and compares what was recorded with what it means. */
import { requireGraph } from '../../src/definition/flow';
import type { Graph } from '../../src/definition/graph';
import { parseParams } from '../../src/definition/params';
import type { Overrides } from '../../src/engine/inputs/override';
import type { Selection } from '../../src/engine/inputs/selection';
import { InProcessPool } from '../../src/engine/pool/in-process-pool';
import type { Pool, PoolHost } from '../../src/engine/pool/pool';
import { recordedOutputs } from '../../src/engine/record/read';
import { recordedViews } from '../../src/engine/record/views';
import { prepareResume } from '../../src/engine/resume/resume';
import type { Takeover } from '../../src/engine/resume/takeover';
import { writeReuseRows } from '../../src/engine/reuse/index-rows';
import { Reuse } from '../../src/engine/reuse/reuse';
import { type StepKey, stepKey } from '../../src/engine/reuse/step-keys';
import { runFlow } from '../../src/engine/run/run';
import type { SpinOutcome } from '../../src/engine/spin/outcome';
import { type SpinOptions, spin } from '../../src/engine/spin/spin';
import type { FlowEvent } from '../../src/engine/task/flow-event';
import { memoryStore } from '../../src/store/open';
import type { ArtifactRecord, RunRow, TaskRow } from '../../src/store/rows/rows';
import type { Store } from '../../src/store/store';
import { decodeArtifact } from '../../src/store/values/artifacts';
import { canonical, keyOf } from './body';
import { type Declaration, declare, type EngineContext } from './declare';
import { type Interpretation, interpret, type Task } from './interpreter';
import type { Program } from './program';
import { ShuffledPool } from './shuffled-pool';

export interface RunSettings extends Declaration {
  params?: Record<string, unknown>;
  tags?: string[];
  /** Tasks finish in an order drawn from it; without it, one after another. */
  shuffle?: number | undefined;
  /** Whether it takes equal tasks over from earlier runs. With either value, later runs may take its own over. */
  reuse?: boolean;
  /** Instead: tasks run in worker processes, which import the program's flow from a file. */
  pool?(host: PoolHost): Pool;
}

/** How a spin is executed elsewhere than in this process. */
export interface Elsewhere {
  elsewhere?: Pick<SpinOptions, 'elsewhere' | 'away' | 'files'>;
}

/** A run, with its rows by the place of their tasks. */
export interface Recorded {
  run: number;
  row: RunRow;
  tasks: Map<string, TaskRow>;
  /** Places of the tasks whose bodies ran, in that order. */
  executed: string[];
  events: FlowEvent[];
}

export interface Comparison extends Partial<Interpretation> {
  /** Which attempt succeeded; of a task by its place, if not all are alike. */
  attempt?: number | ((key: string) => number);
}

const PARAMS = { seed: 1, label: 'none' };

/** Of each program, what it means by itself, by its parameters. Nobody changes it, and it is asked for again and again. */
const meanings = new WeakMap<Program, Map<string, Map<string, Task>>>();

/** Small artifacts that were decoded, by what is in their records: equal bytes are met in one run after another. */
const small = new Map<string, unknown>();

export class Bench {
  readonly store: Store;
  readonly program: Program;

  constructor(program: Program, store = memoryStore()) {
    this.program = program;
    this.store = store;
  }

  run(settings: RunSettings = {}): Promise<Recorded> {
    return this.#run(settings, settings.params ?? {});
  }
  /** @param settings `from`: the step to execute again. */
  async resume(origin: Recorded, settings: RunSettings & { from?: string } = {}): Promise<Recorded> {
    const { params, takeover } = await prepareResume({
      graph: this.graph(),
      store: this.store,
      run: origin.run,
      ...(settings.from === undefined ? {} : { step: settings.from }),
      params: settings.params ?? {},
      namespace: 'user:tester',
    });
    return this.#run(settings, params.parsed, takeover);
  }

  async #run(settings: RunSettings, params: Record<string, unknown>, takeover?: Takeover): Promise<Recorded> {
    const executed: string[] = [];
    const hooks = settings.hooks ?? {};
    const before = (key: string, context: EngineContext, spec: Task['spec']) => {
      executed.push(key);
      hooks.before?.(key, context, spec);
    };
    const graph = requireGraph(declare(this.program, { ...settings, hooks: { ...hooks, before } }));
    const { cas } = this.store;
    const events: FlowEvent[] = [];
    const keys = settings.reuse === undefined ? new Map<string, StepKey>() : keysOf(this.program, graph);
    const namespace = 'user:tester';
    const { run } = await runFlow({
      graph,
      store: this.store,
      params: parseParams(graph, params),
      user: 'tester',
      namespace: 'user:tester',
      tags: settings.tags ?? [],
      cwd: process.cwd(),
      workers: 1,
      emit: (event) => events.push(event),
      pool:
        settings.pool ??
        ((host) =>
          settings.shuffle === undefined
            ? new InProcessPool(graph, cas, host)
            : new ShuffledPool(graph, cas, host, settings.shuffle)),
      ...(takeover ? { takeover } : {}),
      ...(settings.reuse ? { reuse: new Reuse({ graph, store: this.store, namespace, keys }) } : {}),
    });
    const { flow } = graph;
    const reuse = settings.reuse ? ({ reuse: true } as const) : {};
    await writeReuseRows(this.store, { flow, run, namespace, keys, until: Date.now() + 1, ...reuse });
    const tasks = new Map<string, TaskRow>();
    for await (const row of this.store.tasks(graph.flow, run)) {
      if (tasks.has(placeOf(row))) throw new Error(`${placeOf(row)} ran twice.`);
      tasks.set(placeOf(row), row);
    }
    return { run, row: (await this.store.run(graph.flow, run)) as RunRow, tasks, executed, events };
  }

  spin(
    step: string,
    selection: Partial<Selection> & { set?: Record<string, unknown>; given?: Overrides } = {},
    {
      params = {},
      elsewhere,
      ...declaration
    }: Declaration & Elsewhere & { params?: Record<string, unknown> } = {},
  ): Promise<SpinOutcome> {
    const { set = {}, given, ...rest } = selection;
    return spin({
      graph: this.graph(declaration),
      store: this.store,
      selection: { step, namespace: 'user:tester', ...rest },
      params,
      set,
      ...(given ? { overrides: given } : {}),
      user: 'tester',
      cwd: process.cwd(),
      log: () => {},
      ...elsewhere,
    });
  }

  graph(declaration: Declaration = {}): Graph {
    return requireGraph(declare(this.program, declaration));
  }

  meaning(options: Partial<Interpretation> = {}): Map<string, Task> {
    const params = { ...PARAMS, ...options.params };
    if (options.hooks || options.catches) return interpret(this.program, { ...options, params });
    const known = meanings.get(this.program) ?? new Map<string, Map<string, Task>>();
    meanings.set(this.program, known);
    const which = JSON.stringify(params);
    const meaning = known.get(which) ?? interpret(this.program, { params });
    known.set(which, meaning);
    return meaning;
  }

  /** Every task, its place, its lineage and all of its artifacts are what the program means; gives the meaning. */
  async agrees(recorded: Recorded, { attempt = 0, ...options }: Comparison = {}) {
    const meaning = this.meaning(options);
    const done = [...recorded.tasks].filter(([, row]) => row.status === 'done').map(([key]) => key);
    const wanted = [...meaning.values()].filter(({ error, caught }) => error === undefined || caught);
    const fails = [...meaning.values()].find(({ error }) => error !== undefined);
    if (fails && recorded.row.status === 'done' && !fails.caught) throw fails.error;
    expect(done.sort()).toEqual(wanted.map(({ key }) => key).sort());
    const { flow } = recorded.row;
    const labels = wanted.map(({ key }) => labelOf(recorded.tasks.get(key) as TaskRow));
    const views = await recordedViews(this.store, flow, recorded.run, labels);
    const linesIn = linesOf(recorded);
    // Most bytes are met many times: as what a task returned, and as what those after it see. Files are each store's own.
    const files = new Map<string, unknown>();
    const decoded = (record: ArtifactRecord) => {
      const bytes = record.hash ?? Buffer.from(record.bytes as Uint8Array).toString('latin1');
      const which = `${record.codec} ${record.version} ${bytes}`;
      const values = record.hash === undefined ? small : files;
      if (!values.has(which)) values.set(which, decodeArtifact(record, this.store.cas));
      return values.get(which);
    };
    for (const [i, task] of wanted.entries()) {
      const row = recorded.tasks.get(task.key) as TaskRow;
      const which = typeof attempt === 'number' ? attempt : attempt(task.key);
      expectSame(linesIn(row), linesOfTask(task, which), `${task.key}: its place`);
      const entries = [...(views.get(labels[i] as string)?.entries ?? [])];
      const seen = entries.map(([name, visible]) => [name, decoded(visible)]);
      expectSame(
        byName(Object.fromEntries(seen)),
        byName(task.visible),
        `${task.key}: what it leaves behind`,
      );
      const outputs = await recordedOutputs(this.store, flow, recorded.run, row);
      const returned = [...outputs].map(([name, record]) => [name, decoded(record)]);
      expectSame(
        byName(Object.fromEntries(returned)),
        byName(task.returned),
        `${task.key}: what it returned`,
      );
    }
    return meaning;
  }

  /** A spin of that very task gives what it recorded. */
  async spinsTheSame(
    recorded: Recorded,
    task: Task,
    declaration: Declaration & Elsewhere = {},
  ): Promise<void> {
    const row = recorded.tasks.get(task.key) as TaskRow;
    const outcome = await this.spin(task.step, { run: recorded.run, task: row.task }, declaration);
    expectSameSpin(outcome, task);
    const pathspec = `${this.program.name}/${recorded.run}/${labelOf(row)}`;
    expectSame(outcome.origin, pathspec, `${task.key}: its origin`);
    expectSame(
      outcome.index,
      task.stack.map(({ index }) => index),
      `${task.key}: its index`,
    );
  }
}

/** As fingerprints would: what is written down of a step is its code. */
function keysOf({ specs }: Program, graph: Graph): Map<string, StepKey> {
  return new Map(
    specs.flatMap((spec): [string, StepKey][] => {
      const node = graph.steps.get(spec.name);
      return node ? [[spec.name, stepKey(graph, node, JSON.stringify(spec), { files: '' })]] : [];
    }),
  );
}

/** Every artifact of the spin is that of the task, and none is missing. */
export function expectSameSpin(outcome: SpinOutcome, task: Task): void {
  const { error } = outcome;
  const names = Object.keys(task.returned).sort();
  const found = outcome.artifacts.map(({ name, change }) => `${name} ${change}`).sort();
  expectSame(
    { found, error },
    { found: names.map((name) => `${name} same`), error: undefined },
    `spin ${task.key}`,
  );
}

/** As `expect(…).toEqual(…)`, but quick where nothing differs, and strict: the sign of zero, undefined values. */
export function expectSame(actual: unknown, expected: unknown, what: string): void {
  const [found, wanted] = [canonical(actual), canonical(expected)];
  if (found === wanted) return;
  expect({ [what]: JSON.parse(found) }).toEqual({ [what]: JSON.parse(wanted) });
  expect(found).toBe(wanted);
}

export function placeOf(row: TaskRow): string {
  return keyOf(
    row.step,
    row.stack.map(({ index }) => index),
    row.iteration,
  );
}

export function labelOf({ step, task }: { step: string; task: number }): string {
  return `${step}/${task}`;
}

/** Where tasks stand, their parents as places. */
function linesOf({ tasks }: Recorded): (row: TaskRow) => object {
  const places = new Map([...tasks].map(([key, row]) => [labelOf(row), key]));
  const place = (label: string) => places.get(label) ?? label;
  return ({ parents, base, branches, stack, iteration, kind, attempt }) => ({
    parents: parents.map(place),
    base: base && place(base),
    branches,
    stack: stack.map((frame) => ({ ...frame, shownBy: place(frame.shownBy) })),
    iteration,
    kind,
    attempt,
  });
}
function linesOfTask({ parents, base, branches, stack, iteration, spec }: Task, attempt: number): object {
  return { parents, base, branches, stack, iteration, kind: spec.kind, attempt };
}

/** In the order of names: what a view lists first is nobody's business. */
function byName(values: Record<string, unknown>): [string, unknown][] {
  return Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
}

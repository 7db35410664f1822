/** Flows run and spun in this process, on a store in memory. */
import { requireGraph } from '../../src/definition/flow';
import { parseParams } from '../../src/definition/params';
import { resolveInputs } from '../../src/engine/inputs/origin';
import type { Resolved } from '../../src/engine/inputs/resolved';
import type { Selection } from '../../src/engine/inputs/selection';
import { InProcessPool } from '../../src/engine/pool/in-process-pool';
import { recordedViews } from '../../src/engine/record/views';
import { prepareResume } from '../../src/engine/resume/resume';
import type { Takeover } from '../../src/engine/resume/takeover';
import type { Reuse } from '../../src/engine/reuse/reuse';
import type { RunOutcome } from '../../src/engine/run/options';
import { runFlow } from '../../src/engine/run/run';
import type { SpinOutcome } from '../../src/engine/spin/outcome';
import { spin } from '../../src/engine/spin/spin';
import type { FlowEvent } from '../../src/engine/task/flow-event';
import { memoryStore } from '../../src/store/open';
import { record } from '../../src/store/rows/records';
import type { RunRow, TaskRow } from '../../src/store/rows/rows';
import type { Store } from '../../src/store/store';
import { decodeArtifact } from '../../src/store/values/artifacts';

export interface Ran extends Omit<RunOutcome, 'tasks'> {
  flow: string;
  events: FlowEvent[];
  row: RunRow;
  /** All task rows, by step, then by number. */
  tasks: TaskRow[];
}

export interface MemoryRunOptions {
  params?: Record<string, unknown>;
  namespace?: string;
  tags?: string[];
  bail?: boolean;
  signal?: AbortSignal;
  user?: string;
  takeover?: Takeover;
  reuse?: Reuse;
  until?: string;
  maxSplits?(step: string): number | undefined;
  onEvent?(event: FlowEvent): void;
}

export class MemoryEngine {
  readonly store: Store;

  constructor(store: Store = memoryStore()) {
    this.store = store;
  }

  async run(defined: unknown, options: MemoryRunOptions = {}): Promise<Ran> {
    const graph = requireGraph(defined);
    const events: FlowEvent[] = [];
    const outcome = await runFlow({
      graph,
      store: this.store,
      params: parseParams(graph, options.params ?? {}),
      user: options.user ?? 'tester',
      namespace: options.namespace ?? 'user:tester',
      tags: options.tags ?? [],
      cwd: process.cwd(),
      workers: 1,
      emit: (event) => {
        events.push(event);
        options.onEvent?.(event);
      },
      pool: (host) => new InProcessPool(graph, this.store.cas, host),
      ...(options.bail === undefined ? {} : { bail: options.bail }),
      ...(options.signal ? { signal: options.signal } : {}),
      ...(options.takeover ? { takeover: options.takeover } : {}),
      ...(options.reuse ? { reuse: options.reuse } : {}),
      ...(options.until === undefined ? {} : { until: options.until }),
      ...(options.maxSplits ? { maxSplits: options.maxSplits } : {}),
    });
    const tasks: TaskRow[] = [];
    for await (const row of this.store.tasks(graph.flow, outcome.run)) tasks.push(row);
    const row = (await this.store.run(graph.flow, outcome.run)) as RunRow;
    return { ...outcome, flow: graph.flow, events, row, tasks };
  }

  /** A run that takes over what another finished. */
  async resume(defined: unknown, run: number, step?: string, options: MemoryRunOptions = {}): Promise<Ran> {
    const { params, takeover } = await prepareResume({
      graph: requireGraph(defined),
      store: this.store,
      run,
      ...(step === undefined ? {} : { step }),
      ...(options.until === undefined ? {} : { until: options.until }),
      params: options.params ?? {},
      namespace: undefined,
    });
    return this.run(defined, { ...options, params: params.paramInputs, takeover });
  }

  resolve(defined: unknown, step: string, selection: Partial<Selection> = {}): Promise<Resolved> {
    return resolveInputs(requireGraph(defined), this.store, { step, namespace: 'user:tester', ...selection });
  }

  spin(
    defined: unknown,
    step: string,
    options: Partial<Selection> & { params?: Record<string, unknown>; set?: Record<string, unknown> } = {},
  ): Promise<SpinOutcome> {
    const { params = {}, set = {}, ...selection } = options;
    return spin({
      graph: requireGraph(defined),
      store: this.store,
      selection: { step, namespace: 'user:tester', ...selection },
      params,
      set,
      user: 'tester',
      cwd: process.cwd(),
      log: () => {},
    });
  }

  /** What is visible behind a task: names to values. */
  async visible(flow: string, run: number, label: string): Promise<Record<string, unknown>> {
    const view = (await recordedViews(this.store, flow, run, [label])).get(label);
    return Object.fromEntries(
      [...(view?.entries ?? [])].map(([name, record]) => [name, decodeArtifact(record, this.store.cas)]),
    );
  }

  /** The same, behind the only task of a step. */
  async after({ flow, run, tasks }: Ran, step: string): Promise<Record<string, unknown>> {
    const rows = tasks.filter((row) => row.step === step);
    if (rows.length !== 1) throw new Error(`"${step}" has ${rows.length} tasks.`);
    return this.visible(flow, run, labelOf(rows[0] as TaskRow));
  }
}

/** Makes a run's row that of one that goes on, which has not counted its records: a test may change them. */
export async function uncounted(store: Store, { flow, run }: { flow: string; run: number }): Promise<void> {
  const { contents: _, ...row } = (await store.run(flow, run)) as RunRow;
  await store.commit(record.run(row));
}

export function labelOf(row: TaskRow): string {
  return `${row.step}/${row.task}`;
}

export function rowsOf(ran: Ran, step: string): TaskRow[] {
  return ran.tasks.filter((row) => row.step === step);
}

/** The only task of a step. */
export function rowOf(ran: Ran, step: string): TaskRow {
  const rows = rowsOf(ran, step);
  if (rows.length !== 1) throw new Error(`"${step}" has ${rows.length} tasks.`);
  return rows[0] as TaskRow;
}

/** spin: one step, now, in this process, on the inputs that a run recorded. Writes nothing to the store. */
import type { Graph } from '../../definition/graph';
import { ownNamespace } from '../../environment/user';
import { type Codecs, encodeValue, unkeptArtifact } from '../../store/artifacts';
import { isFile } from '../../store/file';
import type { ArtifactRecord, ErrorRecord } from '../../store/rows';
import type { Store } from '../../store/store';
import type { OnlyGiven } from '../inputs/only-given';
import { resolveInputs } from '../inputs/origin';
import { applyOverrides, type Overrides } from '../inputs/override';
import { originOf, originTime, type Resolved } from '../inputs/resolved';
import type { Selection } from '../inputs/selection';
import { guarded } from '../process/guard';
import { recordedViews } from '../record/read';
import { Decoder } from '../task/decoder';
import { toRecord } from '../task/error-record';
import { executeTask } from '../task/execute';
import type { Emit } from '../task/flow-event';
import { timeoutOf } from '../task/policies';
import type { MissingRead, RunContext, TaskLog, TaskResult, TaskSpec } from '../task/task';
import { withTimeout } from '../task/timeout';
import type { Missing, View } from '../task/view';
import { compareOutputs, outputsBefore, type SpinOutcome, spinStarted } from './outcome';
import type { PersistedSpin } from './persisted';
import { spinContext, spinParams, spinSpec } from './spec';

export interface SpinOptions {
  graph: Graph;
  store: Store;
  selection: Selection;
  /** Parameters given now: they win over the run's. */
  params: Record<string, unknown>;
  /** Artifacts given now, for every input of the step. */
  set: Record<string, unknown>;
  /** Artifacts given now by a program; `set` wins over them. */
  overrides?: Overrides;
  /** These are all the inputs: no run is looked for. */
  onlyGiven?: OnlyGiven;
  /** Do not end code that never yields: under a test runner, that would end the whole process. */
  withoutWatchdog?: boolean;
  user: string;
  cwd: string;
  log: TaskLog;
  /** Hears where the inputs come from, before the body is called. */
  emit?: Emit;
  /** Keep the spin: told where its inputs come from and its parameters, gives where it is kept. */
  keep?(origin: string | undefined, params: RunContext['params']): Promise<PersistedSpin>;
}

export async function spin(options: SpinOptions): Promise<SpinOutcome> {
  const { graph, store } = options;
  const inputs = await gatherInputs(options);
  const { resolved } = inputs;
  const origin = originOf(graph, resolved);
  const keep = await options.keep?.(origin, inputs.run.params);
  options.emit?.(spinStarted(graph, resolved));
  const decoder = new Decoder(store.cas, graph.codecs);
  const values = new Map<string, unknown>();
  const absent: MissingRead[] = [];
  const missing: Missing =
    options.onlyGiven?.missing ?? ((name, { label }) => void absent.push({ name, label }));
  const startedAt = Date.now();
  const begun = performance.now();
  const abort = new AbortController();
  let result: TaskResult | undefined;
  let thrown: { error: unknown } | undefined;
  try {
    const execute = () =>
      executeTask({
        graph,
        run: inputs.run,
        spec: inputs.spec,
        view: (label) => inputs.views.get(label) as View,
        decode: decoder.decode,
        item: (view, over, index) =>
          view.entries.has(over) ? decoder.item(view, over, index) : missing(over, view),
        encode: async (name, value) => {
          values.set(name, value);
          return keep ? keep.encode(name, value) : describe(name, value, graph.codecs);
        },
        log: options.log,
        signal: () => abort.signal,
        missing,
      });
    const timeoutMs = timeoutOf(resolved.node.options);
    result = await guarded(() =>
      timeoutMs === undefined ? execute() : withTimeout(execute, timeoutMs, abort, options.withoutWatchdog),
    );
  } catch (error) {
    thrown = { error };
  }
  const durationMs = performance.now() - begun;
  const error = thrown && toRecord(thrown.error);
  const view = (label: string) => inputs.views.get(label);
  if (keep) {
    const ended = { ...(result ? { result } : {}), ...(error ? { error } : {}) };
    await keep.task(1, resolved, { startedAt, durationMs, view, ...ended });
    await keep.end(durationMs);
  }
  return {
    step: resolved.node.name,
    origin,
    run: resolved.run?.run,
    originMs: originTime(resolved),
    status: thrown ? 'failed' : 'done',
    durationMs,
    index: inputs.spec.stack.map(({ index }) => index),
    artifacts: result
      ? compareOutputs(await outputsBefore(graph, store, resolved), result, (name) => ({
          value: values.get(name),
        }))
      : [],
    hints: absent.length > 0 ? await hintsFor(options, resolved, absent, view, !thrown) : [],
    ...(thrown ? { error: error as ErrorRecord, thrown: thrown.error } : {}),
    ...(keep ? { persisted: `${keep.pathspec}/${resolved.node.name}/1` } : {}),
  };
}

async function hintsFor(
  { graph, store, selection }: SpinOptions,
  resolved: Resolved,
  absent: readonly MissingRead[],
  view: (label: string) => View | undefined,
  done: boolean,
): Promise<string[]> {
  const { missingHints, unexpected } = await import('../explain/missing');
  const reads = done ? await unexpected(graph, resolved, absent) : absent;
  return missingHints(graph, store, resolved, selection, reads, view);
}

interface Inputs {
  resolved: Resolved;
  run: RunContext;
  spec: TaskSpec;
  views: Map<string, View>;
}

async function gatherInputs(options: SpinOptions): Promise<Inputs> {
  const { graph, store, user, cwd, selection, onlyGiven } = options;
  const given = [options.overrides, options.set].filter((one) => typeof one === 'function' || hasNames(one));
  const lists = given.length > 0 && !onlyGiven ? await import('../inputs/override-list') : undefined;
  const found = lists
    ? await lists.resolveOverridden(graph, store, selection, given)
    : { resolved: onlyGiven?.resolved ?? (await resolveInputs(graph, store, selection)) };
  const { run, parents, stack } = found.resolved;
  const [views, params] = await Promise.all([
    run
      ? recordedViews(store, graph.flow, run.run, [...parents, ...stack.map(({ shownBy }) => shownBy)])
      : (onlyGiven?.views ?? new Map<string, View>()),
    spinParams(graph, store, run?.run, options.params),
  ]);
  const { decode } = new Decoder(store.cas, graph.codecs);
  for (const one of [options.overrides, options.set]) {
    if (!one) continue;
    for (const message of await applyOverrides(views, found.resolved, one, decode, graph.codecs))
      options.emit?.({ type: 'override-unknown', message });
  }
  const resolved = lists ? lists.resplit(found, views) : found.resolved;
  const namespace = selection.namespace ?? ownNamespace(user);
  const context = spinContext(graph, { user, namespace, cwd }, params);
  return { resolved, views, run: context, spec: spinSpec(resolved) };
}

function hasNames(given: object | undefined): boolean {
  return typeof given === 'object' && given !== null && Object.keys(given).length > 0;
}

/** An output as it would be recorded, without keeping it. */
function describe(name: string, value: unknown, codecs: Codecs): ArtifactRecord {
  if (isFile(value)) return unkeptArtifact(name, value);
  const { meta, digest } = encodeValue(name, value, codecs);
  return { ...meta, digest: digest() };
}

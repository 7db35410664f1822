/** spin: one step, now, in this process, on the inputs that a run recorded. Writes nothing to the store. */
import { FlowError, isFlowError, suggest } from '../definition/errors';
import type { Graph } from '../definition/graph';
import { parseParams } from '../definition/params';
import { ownNamespace } from '../source/user';
import { encodeValue } from '../store/artifacts';
import type { ArtifactRecord, ErrorRecord, Status } from '../store/rows';
import type { Store } from '../store/store';
import type { Alone } from './alone';
import { Decoder } from './decoder';
import { toRecord } from './error-record';
import { executeTask } from './execute';
import { applyGiven, type Given, inMemory } from './override';
import { stuckError, timeoutOf } from './policies';
import { recordedOutputs, recordedParams, recordedViews } from './recorded';
import { type Resolved, resolveInputs, type Selection } from './resolve';
import type { Frame, RunContext, TaskLog, TaskResult, TaskSpec } from './task';
import type { Missing, View, Visible } from './view';
import { withTimeout } from './watchdog';

export interface SpinOptions {
  graph: Graph;
  store: Store;
  selection: Selection;
  /** Parameters given now: they win over the run's. */
  params: Record<string, unknown>;
  /** Artifacts given now, for every input of the step. */
  set: Record<string, unknown>;
  /** Artifacts given now by a program; `set` wins over them. */
  given?: Given;
  /** These are all the inputs: no run is looked for. */
  alone?: Alone;
  /** Do not end code that never yields: under a test runner, that would end the whole process. */
  lenient?: boolean;
  user: string;
  cwd: string;
  log: TaskLog;
  /** Told what the user should know before the body runs, a sentence each. */
  notice?(message: string): void;
  /** Told where the inputs come from, before the body runs. */
  resolved?(resolved: Resolved): void;
}

export type Change = 'same' | 'changed' | 'new' | 'gone';

export interface SpinArtifact {
  name: string;
  type: string;
  size: number;
  digest: string;
  change: Change;
  /** What it is: a value that the step returned, or one that it passed on by reference. Absent when gone. */
  value?: unknown;
  reference?: Visible;
}

export interface SpinOutcome {
  step: string;
  /** The task or the run that gave the inputs. */
  origin: string | undefined;
  /** Milliseconds that the origin task took. */
  originMs: number | undefined;
  status: Status;
  durationMs: number;
  /** The split, outermost first; empty outside a foreach. */
  index: number[];
  artifacts: SpinArtifact[];
  error?: ErrorRecord;
  thrown?: unknown;
  /** Artifacts that the step read and that were not there, with what to know about it. */
  hints: string[];
}

export async function spin(options: SpinOptions): Promise<SpinOutcome> {
  const { graph, store } = options;
  const resolved = options.alone?.resolved ?? (await resolveInputs(graph, store, options.selection));
  const inputs = await gatherInputs(options, resolved);
  options.resolved?.(resolved);
  const decoder = new Decoder(store.cas);
  const values = new Map<string, unknown>();
  const hints: string[] = [];
  const missing: Missing =
    options.alone?.missing ?? ((name, view) => void hints.push(missingHint(name, view, resolved)));
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
          return describe(name, value);
        },
        log: options.log,
        signal: () => abort.signal,
        missing,
      });
    const timeoutMs = timeoutOf(resolved.node.options);
    result = await guarded(() =>
      timeoutMs === undefined ? execute() : withTimeout(execute, timeoutMs, abort, options.lenient),
    );
  } catch (error) {
    thrown = { error };
  }
  const durationMs = performance.now() - begun;
  const artifacts = result ? await compare(options, resolved, result, values) : [];
  return {
    step: resolved.node.name,
    origin: originOf(graph, resolved),
    originMs: resolved.origin?.status === 'done' ? resolved.origin.durationMs : undefined,
    status: thrown ? 'failed' : 'done',
    durationMs,
    index: inputs.spec.stack.map(({ index }) => index),
    artifacts,
    hints: thrown && !isFlowError(thrown.error) ? hints : [],
    ...(thrown ? { error: toRecord(thrown.error), thrown: thrown.error } : {}),
  };
}

/** What nobody awaits fails the spin too, as it would fail a task; so does a step that leaves the process. */
async function guarded<T>(work: () => Promise<T>): Promise<T> {
  let fail: (error: unknown) => void = () => {};
  const crash = new Promise<never>((_, reject) => {
    fail = reject;
  });
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  // Nothing is left that could wake the step: without this the process would end here, as if all were well.
  const stuck = () => fail(stuckError());
  process.on('beforeExit', stuck);
  const { exit } = process;
  process.exit = (code) => {
    const error = new FlowError('FLOW_STEP_EXITED', `The step called process.exit(${code ?? ''}).`, {
      exit: 1,
    });
    fail(error);
    throw error;
  };
  try {
    return await Promise.race([work(), crash]);
  } finally {
    process.exit = exit;
    process.off('beforeExit', stuck);
    process.off('uncaughtException', fail);
    process.off('unhandledRejection', fail);
  }
}

/** `movies/12/train/3`; without a task of its own, the run that gave the inputs. */
function originOf(graph: Graph, { run, origin }: Resolved): string | undefined {
  if (!run) return undefined;
  return origin ? `${graph.flow}/${run.run}/${origin.step}/${origin.task}` : `${graph.flow}/${run.run}`;
}

interface Inputs {
  run: RunContext;
  spec: TaskSpec;
  views: Map<string, View>;
}

async function gatherInputs(options: SpinOptions, resolved: Resolved): Promise<Inputs> {
  const { graph, store, user, cwd, selection } = options;
  const { run, parents, stack, node } = resolved;
  const names = Object.keys(graph.params);
  const [views, recorded] = run
    ? await Promise.all([
        recordedViews(store, graph.flow, run.run, [...parents, ...stack.map(({ of }) => of)]),
        recordedParams(store, graph.flow, run.run, names),
      ])
    : [options.alone?.views ?? new Map<string, View>(), []];
  const { decode } = new Decoder(store.cas);
  for (const given of [options.given, options.set]) {
    if (!given) continue;
    for (const notice of await applyGiven(views, resolved, given, decode)) options.notice?.(notice);
  }
  const params = mergeParams(graph, options.params, recorded);
  return {
    views,
    run: {
      flow: graph.flow,
      run: 'spin',
      user,
      namespace: selection.namespace ?? ownNamespace(user),
      tags: [],
      params,
      cwd,
    },
    spec: {
      step: node.name,
      task: 'spin',
      attempt: 0,
      parents: parents.length > 0 ? parents : [],
      stack: stack as Frame[],
      ...(resolved.as ? { as: resolved.as } : {}),
      ...(resolved.iteration === undefined ? {} : { iteration: resolved.iteration }),
    },
  };
}

/** Recorded values stand; given ones win; a parameter newer than the run takes today's default. */
function mergeParams(
  graph: Graph,
  given: Record<string, unknown>,
  recorded: [string, ArtifactRecord][],
): [string, ArtifactRecord][] {
  const known = Object.fromEntries(recorded);
  const { parsed } = parseParams(graph, given, known);
  return Object.entries(parsed).map(([name, value]) =>
    Object.hasOwn(known, name) && value === known[name]
      ? [name, known[name] as ArtifactRecord]
      : [name, inMemory(name, value)],
  );
}

/** An output as it would be recorded, without keeping it. */
function describe(name: string, value: unknown): ArtifactRecord {
  const { meta, digest } = encodeValue(name, value);
  return { ...meta, digest: digest() };
}

async function compare(
  { graph, store }: SpinOptions,
  { run, origin }: Resolved,
  result: TaskResult,
  values: ReadonlyMap<string, unknown>,
): Promise<SpinArtifact[]> {
  const before =
    run && origin?.status === 'done'
      ? await recordedOutputs(store, graph.flow, run.run, origin)
      : new Map<string, Visible>();
  const changeOf = (name: string, digest: string): Change => {
    const old = before.get(name);
    return !old ? 'new' : old.digest === digest ? 'same' : 'changed';
  };
  const artifacts: SpinArtifact[] = [];
  for (const [name, { type, size, digest }] of result.own) {
    artifacts.push({ name, type, size, digest, change: changeOf(name, digest), value: values.get(name) });
  }
  for (const [name, reference] of result.references) {
    const { type, size, digest } = reference;
    artifacts.push({ name, type, size, digest, change: changeOf(name, digest), reference });
  }
  const returned = new Set(artifacts.map(({ name }) => name));
  for (const [name, { type, size, digest }] of before) {
    if (!returned.has(name)) artifacts.push({ name, type, size, digest, change: 'gone' });
  }
  return artifacts;
}

function missingHint(name: string, view: View, { run }: Resolved): string {
  const there = suggest(name, view.entries.keys(), 'It has none.');
  const from = run ? `run ${run.flow}/${run.run}` : 'the inputs';
  return `The step read "${name}", which ${from} does not have there. ${there} Run the flow again, or give it: --set.${name}=…`;
}

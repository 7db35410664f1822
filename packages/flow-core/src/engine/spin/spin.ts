/** spin: one step, now, in this process, on the inputs that a run recorded. Writes nothing to the store. */
import type { Graph } from '../../definition/graph';
import type { TaskShown } from '../../definition/step-cards';
import { ownNamespace } from '../../environment/user';
import type { TaskReads } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { Artifacts } from '../../store/values/artifacts';
import { type Guard, type GuardOptions, makeGuard } from '../contain/guard';
import type { OnlyGiven } from '../inputs/only-given';
import { resolveInputs } from '../inputs/origin';
import { applyOverrides, type Overrides } from '../inputs/override';
import { originOf, originTime, type Resolved } from '../inputs/resolved';
import type { Selection } from '../inputs/selection';
import { type Performance, perform } from '../pool/perform';
import { recordedViews } from '../record/views';
import type { Emit } from '../task/flow-event';
import { viewsOf } from '../task/place';
import { timeoutOf } from '../task/policies';
import type { MissingRead, RunContext, TaskLog, TaskOutcome, TaskResult, TaskSpec } from '../task/task';
import type { View } from '../task/view';
import { compareOutputs, outputsBefore, type SpinArtifact, type SpinOutcome, spinStarted } from './outcome';
import type { PersistedSpin } from './persisted';
import { Returned } from './returned';
import { spinContext, spinParams, spinSpec, spunAddress } from './spec';
import { sharedSpun, spunCards } from './spun-cards';
import { changedVariables } from './variables';

export interface SpinOptions extends Pick<GuardOptions, 'processOwner' | 'signal' | 'leaves'> {
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
  user: string;
  cwd: string;
  /** The folder where its artifacts are to be written as files. It is asked when the body is called, or later. */
  files?(): string;
  /** Changed artifacts say what differs. */
  values?: boolean;
  log: TaskLog;
  /** Called when the body has ended and nothing that it printed is outstanding, before its outcome is recorded. */
  ended?(): void;
  /** Hears where the inputs come from, before the body is called. */
  emit?: Emit;
  /** Hears what the step is executed on, and afterwards what it read of it. */
  hearReads?(inputs: SpinInputs, reads: TaskReads): void;
  /** Executes the step elsewhere than in this process. */
  elsewhere?(inputs: SpinInputs, showCard: (shown: TaskShown) => void): Promise<TaskOutcome>;
  /** That is no process of this machine, and has the secrets of the step in its own environment. */
  away?: boolean;
  /** Begins to record the spin in the store of persisted spins. @param origin where its inputs come from */
  persist?(origin: string | undefined, params: RunContext['params']): Promise<PersistedSpin>;
}

/** @throws FlowError FLOW_SECRET, FLOW_SECRET_ARTIFACT for what was given, and those of its inputs */
export async function spin(options: SpinOptions): Promise<SpinOutcome> {
  const { graph } = options;
  const secrets = graph.secrets && (await secretsOfSpin(options));
  const gathering = gatherInputs(options);
  // While the store answers.
  const guard = options.elsewhere ? undefined : guardOf(options);
  const inputs = await gathering;
  const { resolved } = inputs;
  secrets?.refuseGiven(inputs.views, inputs.artifacts);
  const origin = originOf(graph, resolved);
  const persisted = await options.persist?.(origin, inputs.run.params);
  options.emit?.(spinStarted(graph, resolved));
  const returned = new Returned(graph.codecs, { cas: persisted?.cas, folder: options.files });
  const view = (label: string) => inputs.views.get(label) as View;
  const shared = sharedSpun(options, resolved);
  const showCard = (shown: TaskShown) => shared.show(inputs.spec, spunAddress(graph, inputs.spec), shown);
  const outcome = guard
    ? await perform({
        graph,
        run: inputs.run,
        spec: inputs.spec,
        view,
        artifacts: { ...inputs.artifacts, take: returned.take },
        log: options.log,
        showCard,
        ...(options.onlyGiven ? { missing: options.onlyGiven.missing } : {}),
        ...inThisProcess(resolved, options, guard),
      })
    : await (options.elsewhere as Elsewhere)(inputs, showCard);
  options.ended?.();
  const { status, startedAt, durationMs } = outcome;
  const [result, thrown] = status === 'done' ? [outcome.result] : [undefined, outcome.failure];
  const failure = thrown && secrets ? secrets.failure(thrown) : thrown;
  if (result) options.hearReads?.(inputs, result.reads);
  const before = () => outputsBefore(graph, options.store, resolved);
  const parts = shared.ended(inputs.spec, outcome);
  const { cards: own } = await spunCards(graph, resolved.node, outcome, async () =>
    (await import('./spun-facts')).spunFacts({
      ...{ graph, resolved, outcome, params: inputs.run.params, view },
      ...{ before: await before(), cas: options.store.cas, folder: options.files?.() },
    }),
  );
  const cards = [...(own ?? []), ...(await shared.cards())];
  if (persisted) {
    const ended = result ? { result } : failure ? { error: failure.error } : {};
    const shown = { cards: own, parts };
    await persisted.task(1, resolved, { startedAt, durationMs, view, ...ended, ...shown });
    await persisted.end(durationMs);
  }
  const absent = (result ?? failure)?.missing ?? [];
  return {
    step: resolved.node.name,
    origin,
    run: resolved.run?.run,
    originMs: originTime(resolved),
    status,
    durationMs,
    index: inputs.spec.stack.map(({ index }) => index),
    artifacts: result ? await artifactsOf(options, resolved, result, returned) : [],
    ...(result ? { files: result.files ?? returned.files } : {}),
    ...(cards.length > 0 ? { cards } : {}),
    hints: [
      ...(resolved.lost === undefined ? [] : [resolved.lost]),
      ...(await changedVariables(graph, resolved)),
      ...(absent.length > 0 ? await hintsFor(options, resolved, absent, view, status === 'done') : []),
    ],
    ...(failure ? { error: failure.error, thrown: failure.thrown } : {}),
    ...(persisted ? { persisted: `${persisted.pathspec}/${resolved.node.name}/1` } : {}),
  };
}

async function artifactsOf(
  { graph, store, values, files: folder }: SpinOptions,
  resolved: Resolved,
  result: TaskResult,
  returned: Returned,
): Promise<SpinArtifact[]> {
  const before = await outputsBefore(graph, store, resolved);
  const artifacts = compareOutputs(before, result, shownOf(result, returned));
  if (values) {
    const { addDifferences } = await import('./differences');
    const written = folder ? { folder: folder(), files: result.files ?? returned.files } : {};
    await addDifferences(artifacts, { before, cas: store.cas, codecs: graph.codecs, ...written });
  }
  return artifacts;
}

type Elsewhere = NonNullable<SpinOptions['elsewhere']>;

/** Whoever executed it elsewhere has written its values, and previewed them. */
function shownOf({ previews }: TaskResult, returned: Returned): Returned['shown'] {
  return previews ? (name) => ({ preview: previews[name] ?? '' }) : returned.shown;
}

/** Those of its step have to be there, and what was given must not hold any. */
async function secretsOfSpin({ graph, selection, params, away }: SpinOptions) {
  const { secretsFor } = await import('../secrets/secrets');
  const secrets = secretsFor(graph, new Set(away ? [] : [selection.step]));
  secrets.refuseParams(params);
  return secrets;
}

/** The body leaves the process alone, and its timeout ends code that never yields, too. */
function inThisProcess(
  { node }: Resolved,
  { processOwner }: SpinOptions,
  guard: Guard,
): Pick<Performance, 'abort' | 'within' | 'bodyEnded'> {
  const abort = new AbortController();
  const withoutWatchdog = processOwner === 'tests';
  const timeoutMs = timeoutOf(node.options);
  const timed = timeoutMs !== undefined;
  const inTime = async (body: () => Promise<TaskResult>) => {
    // It loads the threads of Node.
    const { withTimeout } = await import('../contain/timeout');
    return withTimeout(body, timeoutMs as number, abort, withoutWatchdog);
  };
  return {
    abort,
    bodyEnded: guard.bodyEnded,
    within: (_fail, body) => guard.within(() => (timed ? inTime(body) : body()), timed),
  };
}

function guardOf({ graph, processOwner, signal, leaves, emit }: SpinOptions): Guard {
  return makeGuard({
    ...(processOwner ? { processOwner } : {}),
    ...(signal ? { signal } : {}),
    ...(leaves ? { leaves } : {}),
    ...(emit ? { emit } : {}),
    hush: graph.secrets !== undefined,
  });
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

/** All that a step is executed on. */
export interface SpinInputs {
  resolved: Resolved;
  run: RunContext;
  spec: TaskSpec;
  views: Map<string, View>;
  artifacts: Artifacts;
}

async function gatherInputs(options: SpinOptions): Promise<SpinInputs> {
  const { graph, store, user, cwd, selection, onlyGiven } = options;
  const given = [options.overrides, options.set].filter((one) => typeof one === 'function' || hasNames(one));
  const lists = given.length > 0 && !onlyGiven ? await import('../inputs/override-list') : undefined;
  const found = lists
    ? await lists.resolveOverridden(graph, store, selection, given)
    : { resolved: onlyGiven?.resolved ?? (await resolveInputs(graph, store, selection)) };
  const { run } = found.resolved;
  const [views, params] = await Promise.all([
    run
      ? recordedViews(store, graph.flow, run.run, viewsOf(found.resolved))
      : (onlyGiven?.views ?? new Map<string, View>()),
    spinParams(graph, store, run?.run, options.params),
  ]);
  const artifacts = new Artifacts(store.cas, graph.codecs);
  for (const one of [options.overrides, options.set]) {
    if (!one) continue;
    for (const message of await applyOverrides(views, found.resolved, one, artifacts))
      options.emit?.({ type: 'override-unknown', message });
  }
  const resolved = lists ? lists.resplit(found, views, artifacts) : found.resolved;
  const namespace = selection.namespace ?? ownNamespace(user);
  const context = spinContext(graph, { user, namespace, cwd }, params);
  return { resolved, views, artifacts, run: context, spec: spinSpec(resolved) };
}

function hasNames(given: object | undefined): boolean {
  return typeof given === 'object' && given !== null && Object.keys(given).length > 0;
}

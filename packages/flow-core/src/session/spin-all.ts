/** Spins all splits of one step in worker processes and writes their outputs to `dist/flow`. */
import { join, relative } from 'node:path';
import { resolveSplits } from '../engine/inputs/origin-of-splits';
import type { Splits } from '../engine/inputs/splits';
import { Outputs } from '../engine/outputs/folder';
import { writingOutputs } from '../engine/outputs/writable';
import { spinSplits } from '../engine/spin/all';
import { notApplied, type SplitOutcome, spinDone, spunCard } from '../engine/spin/outcome';
import { spinParams } from '../engine/spin/spec';
import { recordedInputs } from '../engine/spin/split-inputs';
import { SharedSpun } from '../engine/spin/spun-cards';
import { toRecord } from '../engine/task/error-record';
import type { SpinDone, SpinsDone } from '../engine/task/flow-event';
import { ownNamespace } from '../environment/user';
import { packagesOf } from './packages';
import type { PersistedSpins } from './persisted-spins';
import { publishing } from './publish';
import type { FileSession, Session } from './session';
import type { SpinRequest } from './spin';

export interface SpinAllRequest
  extends Pick<SpinRequest, 'selection' | 'overrides' | 'set' | 'params' | 'values'> {
  /** The most splits at once. */
  workers: number;
  persisted?: PersistedSpins;
  /** The content of `result.json` next to the outputs of one split. */
  result(done: SpinDone): object;
  /** The content of `result.json` next to the outputs of all splits. */
  results(done: SpinsDone): object;
}

/** @throws FlowError for bad usage, and FLOW_INTERRUPTED. What the step throws is part of the outcomes. */
export async function spinAll(session: FileSession, request: SpinAllRequest): Promise<SpinsDone> {
  const { graph, store, user, workspace, signal } = session;
  const { selection, workers } = request;
  const publish = publishing(session);
  const hiding = graph.secrets && (await hidingOf(session, [request.selection.step], request.params));
  const emit = hiding ? hiding.events(publish) : publish;
  const found = await splitsOf(session, request);
  const { node, run, splits, without } = found;
  const params = await spinParams(graph, store, run.run, request.params);
  const prefix = selection.index ?? [];
  const outputs = new Outputs(workspace, graph.flow, node.name, prefix);
  const folder = relative(workspace, outputs.folder);
  const doneOf = (outcome: SplitOutcome) => {
    const at = join(folder, ...outcome.index.slice(prefix.length).map(String));
    const done = spinDone(graph.flow, outcome, at);
    return hiding ? hiding.maskIn(done) : done;
  };
  const packages = await packagesOf(session, node, emit);
  const persisted = await request.persisted?.begin(node.name, `${graph.flow}/${run.run}`, params);
  const pool = await session.workers(workers, request.persisted?.cas);
  emit(spinsStarted(graph.flow, found, workers));
  const begun = performance.now();
  const elapsed = () => performance.now() - begun;
  let outcomes: SplitOutcome[];
  const shared = new SharedSpun({ graph, step: node.name, recorded: { store, run }, emit });
  const overrides = [request.overrides, request.set];
  const inputs = recordedInputs({ graph, store, selection, overrides, emit });
  try {
    const spinning = spinSplits({
      graph,
      splits,
      inputs: hiding ? hiding.inputs(inputs, store.cas) : inputs,
      params,
      user,
      namespace: selection.namespace ?? ownNamespace(),
      cwd: workspace,
      cas: store.cas,
      folder: ({ stack }) => outputs.at(...stack.slice(prefix.length).map(({ index }) => index)),
      result: (outcome) => request.result(doneOf(outcome)),
      pool: (host) => pool.attach(hiding ? hiding.host(host) : host),
      ...(packages ? { packages } : {}),
      ...(request.values ? { values: true } : {}),
      ...(persisted ? { persisted } : {}),
      shared,
      ...(signal ? { signal } : {}),
      emit,
      ended: (outcome) => emit(doneOf(outcome)),
    });
    outcomes = await writingOutputs(workspace, () => spinning);
  } catch (error) {
    emit({ type: 'spins-stopped', flow: graph.flow, step: node.name });
    outputs.discard();
    await persisted?.end(elapsed(), toRecord(error));
    throw error;
  }
  const durationMs = elapsed();
  const cards = await shared.cards();
  await persisted?.end(durationMs);
  const done: SpinsDone = {
    ...{ type: 'spins-done', flow: graph.flow, step: node.name, run: run.run, durationMs },
    status: outcomes.every(({ status }) => status === 'done') ? 'done' : 'failed',
    spins: outcomes.map(doneOf),
    without: without.map(({ index, why }) => ({ index, why })),
    outputs: folder,
    ...(cards.length > 0 ? { cards: cards.map((card) => spunCard(card, folder)) } : {}),
    ...(persisted ? { persisted: persisted.pathspec } : {}),
  };
  await writingOutputs(workspace, async () => {
    outputs.at().writeCards(cards);
    outputs.at().writeResult(request.results(done));
    outputs.place();
  });
  emit(done);
  return done;
}

/** @throws FlowError FLOW_SECRET, FLOW_SECRET_ARTIFACT */
export async function hidingOf(
  { graph, away }: Session,
  steps: Iterable<string>,
  params: Record<string, unknown>,
) {
  const { hidingSplits } = await import('../engine/spin/hidden-splits');
  return hidingSplits(graph, new Set(away ? [] : steps), params);
}

async function splitsOf({ graph, store }: FileSession, request: SpinAllRequest): Promise<Splits> {
  const { selection, overrides, set = {} } = request;
  const recorded = await resolveSplits(graph, store, selection);
  if (!overrides && Object.keys(set).length === 0) return recorded;
  const { resplitAll } = await import('../engine/inputs/override-list');
  return resplitAll(graph, store, recorded, [overrides, set]);
}

function spinsStarted(flow: string, { node, run, splits, without, passedOver }: Splits, workers: number) {
  return {
    ...{ type: 'spins-started' as const, flow, step: node.name, run: run.run, count: splits.length },
    workers: Math.min(workers, splits.length),
    ...{ passedOver, notApplied: notApplied(node) },
    without: without.map(({ index, why }) => ({ index, why })),
  };
}

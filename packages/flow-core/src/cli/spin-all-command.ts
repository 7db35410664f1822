/** `spin --all`: every split of a step, in worker processes. */
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { type Graph, hasPackages, type StepNode } from '../definition/graph';
import type { Given } from '../engine/inputs/override';
import { resolveSplits } from '../engine/inputs/resolve-splits';
import type { Selection } from '../engine/inputs/selection';
import type { Splits } from '../engine/inputs/splits';
import { Outputs } from '../engine/outputs/folder';
import { writingOutputs } from '../engine/outputs/writable';
import type { Installed } from '../engine/pool/packages';
import { ProcessPool } from '../engine/pool/process-pool';
import { type SplitOutcome, spinSplits } from '../engine/spin/all';
import { recordedInputs } from '../engine/spin/recorded-inputs';
import { spinParams } from '../engine/spin/spec';
import { toRecord } from '../engine/task/error-record';
import { currentUser, ownNamespace } from '../environment/user';
import type { Keeper } from '../session/kept-spins';
import type { Place } from '../session/place';
import type { Store } from '../store/store';
import type { Context } from './command';
import { renderSpin } from './render/spin';
import { spinAllRenderer } from './render/spin-all';

export interface SpinAllRequest {
  context: Context;
  place: Place;
  file: string;
  graph: Graph;
  store: Store;
  selection: Selection;
  given: Given | undefined;
  set: Record<string, unknown>;
  params: Record<string, unknown>;
  keeper: Keeper | undefined;
  /** The JSON of one spin. */
  result(outcome: SplitOutcome, outputPath: string): object;
}

/** Gives the exit code. @throws FlowError for bad usage, and FLOW_INTERRUPTED */
export async function spinAll(request: SpinAllRequest): Promise<number> {
  const { context, place, file, graph, store, selection, keeper } = request;
  const { output, options, signal } = context;
  const given = [request.given, request.set];
  const recorded = await resolveSplits(graph, store, selection);
  const found =
    request.given || Object.keys(request.set).length > 0
      ? await (await import('../engine/inputs/override-list')).resplitAll(graph, store, recorded, given)
      : recorded;
  const { node, run, splits } = found;
  const params = await spinParams(graph, store, run.run, request.params);
  const prefix = selection.index ?? [];
  const outputs = new Outputs(place.workspace, graph.flow, node.name, prefix);
  const max = (options['max-workers'] as number | undefined) ?? availableParallelism();
  const folderOf = (index: readonly number[]) =>
    relative(place.workspace, join(outputs.folder, ...index.slice(prefix.length).map(String)));
  const splitResult = (outcome: SplitOutcome) => request.result(outcome, folderOf(outcome.index));
  const packages = await packagesOf(request, node, signal);
  const keep = await keeper?.begin(node.name, `${graph.flow}/${run.run}`, params);
  const renderer = spinAllRenderer(found, max, output);
  const begun = performance.now();
  const elapsed = () => performance.now() - begun;
  let outcomes: SplitOutcome[];
  try {
    const spinning = spinSplits({
      graph,
      splits,
      inputs: recordedInputs({ graph, store, selection, given, notice: renderer.notice }),
      params,
      user: currentUser(),
      namespace: selection.namespace ?? ownNamespace(),
      cwd: place.workspace,
      cas: store.cas,
      outputs,
      prefix: prefix.length,
      result: splitResult,
      pool: (host) =>
        new ProcessPool({
          file,
          flow: place.flow,
          cas: join(place.store, 'cas'),
          ...(keeper ? { keep: keeper.cas } : {}),
          max,
          with: (options.with as string[] | undefined) ?? [],
        }).attach(host),
      ...(packages ? { packages } : {}),
      ...(keep ? { keep } : {}),
      signal,
      started: renderer.started,
      log: renderer.log,
      ended: renderer.ended,
      notice: renderer.notice,
    });
    outcomes = await writingOutputs(place.workspace, () => spinning);
  } catch (error) {
    renderer.close();
    outputs.discard();
    await keep?.end(elapsed(), toRecord(error));
    throw error;
  }
  const durationMs = elapsed();
  await keep?.end(durationMs);
  const kept = keep ? { kept: keep.pathspec } : {};
  const result = { ...jsonResult(found, outcomes, durationMs, splitResult, folderOf(prefix)), ...kept };
  await writingOutputs(place.workspace, async () => {
    outputs.at().writeResult(result);
    await outputs.place();
  });
  renderer.end(outcomes, durationMs, relative(context.cwd, outputs.folder) || '.', place.workspace);
  if (keep) output.write(renderSpin.kept(keep.pathspec, graph.flow, output));
  output.result(result);
  return outcomes.every(({ status }) => status === 'done') ? 0 : 1;
}

/** Installed before the first split begins. @throws FlowError FLOW_PACKAGES, FLOW_INTERRUPTED */
async function packagesOf(
  { context: { output }, place: { workspace }, graph }: SpinAllRequest,
  node: StepNode,
  signal: AbortSignal,
): Promise<Installed | undefined> {
  if (!hasPackages(node)) return undefined;
  const { installOfSteps } = await import('../engine/pool/packages');
  const installing = (packages: string) => output.write(renderSpin.installing(packages, output));
  const installed = await installOfSteps(graph, new Set([node.name]), { workspace, signal, installing });
  return installed.get(node.name);
}

function jsonResult(
  { node, run, without }: Splits,
  outcomes: readonly SplitOutcome[],
  durationMs: number,
  splitResult: (outcome: SplitOutcome) => object,
  outputPath: string,
): object {
  return {
    step: node.name,
    origin: `${run.flow}/${run.run}`,
    status: outcomes.every(({ status }) => status === 'done') ? 'done' : 'failed',
    durationMs: Math.round(durationMs * 1000) / 1000,
    splits: outcomes.map((outcome) => ({
      index: outcome.index,
      item: outcome.item,
      ...splitResult(outcome),
      originMs: outcome.originMs ?? null,
    })),
    // Splits that have no inputs in that run, and why.
    without: without.map(({ index, why }) => ({ index, why })),
    outputPath,
  };
}

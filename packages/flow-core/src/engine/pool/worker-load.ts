/** What a worker executes: the flow, imported with its packages, with the options that were given for all steps. */
import type { Graph } from '../../definition/graph';
import { loadFlow, loadFlowWith } from '../../source/load';

export interface WorkerSetup {
  file: string;
  flow: string;
  /** Options that were given for all steps. */
  with?: readonly string[];
  /** Options of the steps that are left out. */
  without?: readonly string[];
  /** The folder of the packages that it executes with, or empty. */
  packages: string;
}

export async function loadForWorker(setup: WorkerSetup): Promise<Graph> {
  const { file, flow, with: given = [], without = [], packages } = setup;
  let graph =
    packages === ''
      ? await loadFlow(file, flow)
      : await loadFlowWith((await import('../../source/packages/install')).installedIn(packages), file, flow);
  if (without.length > 0) {
    const { optionsWithout, withoutOptions } = await import('../../definition/without');
    graph = withoutOptions(graph, optionsWithout(without));
  }
  if (given.length === 0) return graph;
  const { optionsForAll, withOptions } = await import('../../definition/with');
  return withOptions(graph, optionsForAll([...given]));
}

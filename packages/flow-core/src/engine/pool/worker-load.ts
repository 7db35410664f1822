/** What a worker executes: the flow, imported with its packages, with the options that were given for all steps. */
import type { Graph } from '../../definition/graph';
import { loadFlow, loadFlowWith } from '../../source/load';

export interface WorkerSetup {
  file: string;
  flow: string;
  /** Options that were given for all steps. */
  with: readonly string[];
  /** The folder of the packages that it executes with, or empty. */
  packages: string;
}

export async function loadForWorker({ file, flow, with: given, packages }: WorkerSetup): Promise<Graph> {
  const graph =
    packages === ''
      ? await loadFlow(file, flow)
      : await loadFlowWith((await import('../../source/packages/install')).installedIn(packages), file, flow);
  if (given.length === 0) return graph;
  const { optionsForAll, withOptions } = await import('../../definition/with');
  return withOptions(graph, optionsForAll([...given]));
}

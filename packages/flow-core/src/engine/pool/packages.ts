/** The npm packages of a flow's steps: installed before anything executes, each distinct set once. */
import { type Graph, hasPackages, type StepNode } from '../../definition/graph';
import { OrphanGuard } from '../../process/orphan-guard';
import { loadFlowWith } from '../../source/load';
import { type Installed, type InstallOptions, installPackages } from '../../source/packages/install';

export type { Installed, InstallOptions } from '../../source/packages/install';

/**
 * Installs what steps need, and gives where it is, by step.
 * @param steps Of these steps only.
 * @throws FlowError FLOW_PACKAGES, FLOW_INTERRUPTED
 */
export async function installOfSteps(
  graph: Graph,
  steps: { has(step: string): boolean } | undefined,
  options: InstallOptions,
): Promise<Map<string, Installed>> {
  const installed = new Map<string, Installed>();
  const orphans = new OrphanGuard();
  try {
    for (const node of graph.steps.values()) {
      if (!hasPackages(node) || steps?.has(node.name) === false) continue;
      const packages = node.options.packages as Record<string, string>;
      const watch = (child: Parameters<typeof orphans.watch>[0]) => orphans.watch(child);
      installed.set(node.name, await installPackages(packages, { watch, ...options }));
    }
    return installed;
  } finally {
    orphans.close();
  }
}

/**
 * The graph whose body of this step has its packages, in this process, from now on. Parameters stay as they were
 * declared first: their schemas read what was given with the workspace's own packages.
 * @throws FlowError FLOW_PACKAGES, and what importing the flow throws
 */
export async function graphWithPackages(
  graph: Graph,
  step: string,
  { file, wanted, ...options }: InstallOptions & { file: string; wanted?: string },
): Promise<Graph> {
  const installed = (await installOfSteps(graph, new Set([step]), options)).get(step);
  if (!installed) return graph;
  const { steps } = await loadFlowWith(installed, file, wanted);
  const body = steps.get(step)?.body;
  const node = { ...(graph.steps.get(step) as StepNode), ...(body ? { body } : {}) };
  return { ...graph, steps: new Map(graph.steps).set(step, node) };
}

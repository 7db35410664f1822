/**
 * The targets of the project graph that this plugin's executors execute, whoever declared them. Nx keeps its graph in a
 * file of megabytes; these few are kept apart when the graph is made, for whoever needs them before each command.
 */
import type { ProjectConfiguration } from '@nx/devkit';
import { FileCache } from './cache';
import { cachedTargets } from './nx';

export interface FlowTarget {
  target: string;
  executor: string;
  options: Record<string, unknown>;
}

const OURS = '@nx-flow/plugin:';

/** Spins are few; of the many steps those count that are configured with more than the plugin itself does. */
function counts({ executor, options }: FlowTarget): boolean {
  return executor === `${OURS}spin` || 'params' in options || 'paramsFile' in options;
}

/** @param projects As Nx has merged them. */
export function keepFlowTargets(workspace: string, projects: Record<string, ProjectConfiguration>): void {
  const cache = new FileCache<FlowTarget[]>(workspace, 'targets');
  for (const [project, { targets = {} }] of Object.entries(projects)) {
    const mine = Object.entries(targets).flatMap(([target, { executor, options = {} }]) =>
      executor?.startsWith(OURS) ? [{ target, executor, options }] : [],
    );
    if (mine.some(counts)) cache.set(project, mine.filter(counts));
  }
  cache.write();
}

/** By project. */
export function keptFlowTargets(workspace: string): [project: string, targets: FlowTarget[]][] {
  const kept = new FileCache<FlowTarget[]>(workspace, 'targets').all();
  return kept.length > 0 ? kept : cachedTargets(OURS);
}

/** The workspace's projects when the command began, with those that plugins infer. */
import { type ProjectConfiguration, readCachedProjectGraph } from '@nx/devkit';

export function knownProjects(): ProjectConfiguration[] {
  try {
    return Object.entries(readCachedProjectGraph().nodes).map(([name, { data }]) => ({ ...data, name }));
  } catch {
    // There is no project graph, as with --skip-project-graph.
    return [];
  }
}

/** The workspace's projects as Nx had them when the command began, with what plugins infer. */
import { type ProjectConfiguration, readCachedProjectGraph } from '@nx/devkit';

export function knownProjects(): ProjectConfiguration[] {
  try {
    return Object.entries(readCachedProjectGraph().nodes).map(([name, { data }]) => ({ ...data, name }));
  } catch {
    // No graph was made, as with --skip-project-graph.
    return [];
  }
}

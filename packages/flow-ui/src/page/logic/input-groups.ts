/** The inputs of a task by the tasks that gave them: a join has the same names from each. */
import type { ArtifactEntry } from '../../api/routes';

export interface InputGroup {
  /** The task that gave them. Absent: it is not told. */
  pathspec?: string;
  entries: readonly ArtifactEntry[];
}

/** One group where all names are different, as those of a single parent are. What two parents hand on is told once. */
export function inputGroups(inputs: readonly ArtifactEntry[]): InputGroup[] {
  if (inputs.length === 0) return [];
  if (new Set(inputs.map(({ name }) => name)).size === inputs.length) return [{ entries: inputs }];
  const groups = new Map<string | undefined, Map<string, ArtifactEntry>>();
  for (const entry of inputs) {
    const group = groups.get(entry.pathspec) ?? new Map<string, ArtifactEntry>();
    groups.set(entry.pathspec, group.set(entry.name, entry));
  }
  return [...groups].map(([pathspec, entries]) => ({
    ...(pathspec === undefined ? {} : { pathspec }),
    entries: [...entries.values()],
  }));
}

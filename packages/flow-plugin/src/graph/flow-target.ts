/** The data of a flow from which its targets are made. */
import type { FlowSource } from './sources';
import type { TargetNames } from './target-names';

export interface FlowTargets {
  flow: FlowSource;
  /** From the workspace's root. */
  file: string;
  project: string;
  /** The project's root, from the workspace's root. */
  root: string;
  names: TargetNames;
  /** Whether the file declares other flows too. Then a command needs the flow's name. */
  shared: boolean;
  /** Another file that declares a flow of this name. */
  namesake?: string;
  /** Why the file does not parse. */
  error?: string;
  /** It imports libraries of the workspace as they were built. */
  built?: true;
  /** Nothing can be published for it, so nothing of it may be replayed. */
  lost?: true;
}

/** The options that each target of a flow has. */
export function optionsOf({ flow, file, shared, namesake }: FlowTargets): Record<string, string> {
  const options: Record<string, string> = { flow: file };
  if (shared) options.name = flow.name;
  if (namesake !== undefined) options.namesake = namesake;
  return options;
}

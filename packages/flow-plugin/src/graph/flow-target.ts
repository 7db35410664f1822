/** A flow as its targets are made from it. */
import type { FlowSource } from './sources';
import type { TargetNames } from './target-names';

export interface FlowTargets {
  flow: FlowSource;
  /** From the workspace's root. */
  file: string;
  project: string;
  /** The project's, from the workspace's root. */
  root: string;
  names: TargetNames;
  /** Whether the file declares other flows too: then the file alone does not say which. */
  shared: boolean;
  /** Another file that declares a flow of this name. */
  namesake?: string;
  /** Why the file does not parse. */
  error?: string;
  /** Nothing can be published for it: then nothing of it may be replayed. */
  lost?: true;
}

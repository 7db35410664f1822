/**
 * What a step hands over to later steps when a flow runs as a graph of targets: one folder for each step,
 * `dist/flow/<flow>/steps/<step>/`, and nothing else. A step needs only the folders of all earlier steps.
 */
import type { ArtifactMeta, TaskRow } from '../../store/rows/rows';

/** Goes up when the folders change so that an older reader would be wrong. */
export const HANDOVER_VERSION = 3;

/**
 * What later steps can see of this one, and nothing that differs between two executions with equal results: no
 * times, no numbers. Equal files mean that no later step has to execute again.
 */
export interface StepDigests {
  version: typeof HANDOVER_VERSION;
  flow: string;
  step: string;
  /** False when a switch chose another case: the step did not run, and nothing was wrong. True where it had no splits. */
  chosen: boolean;
  tasks: TaskDigests[];
  /** What stood before each foreach around the step that had nothing to split: its join reads that. */
  empty?: EmptyDigests[];
}

export interface EmptyDigests extends Pick<TaskDigests, 'stack' | 'artifacts'> {
  foreach: string;
}

export interface TaskDigests {
  /** The split, outermost first, and the digest of the list that each level splits. */
  stack: { index: number; count: number; list: string }[];
  iteration?: number;
  /** Every visible artifact, its own and those it passes on: name and digest, in listing order. */
  artifacts: [name: string, digest: string][];
  case?: string;
  counts?: Record<string, number>;
}

/** The tasks as a store records them, with the artifacts that they stored themselves. */
export interface Handed {
  version: typeof HANDOVER_VERSION;
  flow: string;
  step: string;
  /** A digest of the parameters that it was executed with. */
  paramsDigest: string;
  tasks: { row: TaskRow; artifacts: [name: string, HandedArtifact][] }[];
}

/** A small artifact has its bytes as base64. The bytes of a large one are under `cas/` in the folder. */
export type HandedArtifact = ArtifactMeta & { bytes?: string };

export const DIGESTS_FILE = 'digests.json';

export const HANDED_FILE = 'tasks.json';

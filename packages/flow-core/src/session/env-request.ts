/** Whose `.env` files are read, and what they are called. */
import type { FlowTargetKind } from '../environment/target-names';

export interface CommandTarget {
  /** The kind of target that does what the command does; `step` for one of a step. */
  kind: FlowTargetKind | 'step';
  /** The step, for a target of a step. */
  step?: string;
}

export interface EnvRequest {
  /** The name or the file of the flow, as it was given. */
  flow: string;
  workspace: string;
  /** The flow's file. */
  file: string;
  command: CommandTarget;
}

/** The names of Nx: `.env`, `.env.local`, `.local.env`, and with a target's name `.env.run` or `.run.env`. */
export const ENV_FILE = /^\.env(\.|$)|^\..*\.env$/;

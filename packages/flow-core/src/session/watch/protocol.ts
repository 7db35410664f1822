/** What a watch and its spare process say to each other. */
import type { FlowEvent } from '../../engine/task/flow-event';
import type { Verified } from '../../store/cas/verified';

/** What a spare process is made ready for. It travels on its command line, as JSON. */
export interface SpareSetup {
  cwd: string;
  workspace: string;
  /** The folder of the store. */
  store: string;
  /** The flow's file. */
  file: string;
  /** Whether its `.env` files are loaded: with Nx, they were before. */
  env: boolean;
}

/** Execute a spin now. */
export interface SpareGo {
  type: 'go';
  /** The command line, after `spin`. */
  argv: readonly string[];
  /** Of the terminal. */
  columns: number;
  /** Files of the store whose bytes are known to be right, unless they were written since. */
  verified: Verified;
}

export type FromSpare =
  /** All that can be loaded ahead is loaded. */
  | { type: 'ready' }
  /** From here on, the flow decides how long it takes. */
  | { type: 'begun' }
  | { type: 'event'; event: FlowEvent }
  /** One line for people. */
  | { type: 'note'; text: string }
  /** What it has verified of the store, and what it was told. */
  | { type: 'verified'; files: Verified }
  | SpareOutcome;

export type SpareOutcome =
  /** The command has ended. */
  | { type: 'ended'; code: number }
  /** It was refused, as a command of its own would have been. */
  | { type: 'refused'; code: number; error: { code: string; message: string }; text: string };

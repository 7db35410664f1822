/** What a watch and its spare process say to each other. */
import type { FlowEvent, SpinDone } from '../../engine/task/flow-event';
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

/** What a spin came to, and copies of its outputs: the folders that its tasks name are those. */
export interface KeptSpin {
  n: number;
  spins: readonly SpinDone[];
}

/** Say what differs inside of the artifacts of a spin, in the place of one. */
export interface SpareCompare {
  type: 'compare';
  last: KeptSpin;
  before?: KeptSpin;
}

/** End the spin, since it is executed on another machine, and say so. */
export interface SpareStop {
  type: 'stop';
}

export type ToSpare = SpareGo | SpareCompare | SpareStop;

/** A task of a spin beside that of a run, or of the spin before. */
export interface Comparison {
  /** Its artifacts as they compare with those; what changed says what differs. */
  spin: SpinDone;
  beside: { run: number } | { spin: number };
}

export type FromSpare =
  /** All that can be loaded ahead is loaded. */
  | { type: 'ready' }
  /** From here on, the flow decides how long it takes. */
  | { type: 'begun' }
  /** The step is executed on another machine, where killing this process ends nothing. */
  | { type: 'away' }
  | { type: 'event'; event: FlowEvent }
  /** One line for people. */
  | { type: 'note'; text: string }
  | { type: 'compared'; comparisons: readonly Comparison[] }
  /** What it has verified of the store, and what it was told. */
  | { type: 'verified'; files: Verified }
  | SpareOutcome;

export type SpareOutcome =
  /** The command has ended. `text` is what it printed besides what the events say: the files of a test that it wrote. */
  | { type: 'ended'; code: number; text?: string }
  /** It was refused, as a command of its own would have been. */
  | { type: 'refused'; code: number; error: { code: string; message: string }; text: string };

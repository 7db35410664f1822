/** What a watch and its spare process say to each other. */
import type { FlowEvent } from '../../engine/task/flow-event';

/** What a spare process is made ready for. It travels on its command line, as JSON. */
export interface SpareSetup {
  /** The command line of the spin, after `spin`. */
  argv: readonly string[];
  cwd: string;
  workspace: string;
  /** The folder of the store. */
  store: string;
  /** The flow's file. */
  file: string;
}

/** Execute the spin now. */
export interface SpareGo {
  type: 'go';
  /** Of the terminal. */
  columns: number;
}

export type FromSpare =
  /** All that can be loaded ahead is loaded. */
  | { type: 'ready' }
  | { type: 'event'; event: FlowEvent }
  /** The command has ended. */
  | { type: 'ended'; code: number }
  /** It was refused, as a command of its own would have been. */
  | { type: 'refused'; code: number; error: { code: string; message: string }; text: string };

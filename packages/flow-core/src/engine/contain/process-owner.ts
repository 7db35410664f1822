/** Whose process it is in which a step's body is executed, and what follows from that. */
import { setImmediate } from 'node:timers';
import { listenInstead, stopListening } from '../../process/listeners';
import { isInBody, stopLateExits } from './bodies';
import { reachesOthers } from './left';
import type { Extent } from './realm';

/**
 * - `command`: nothing that a step does ends it
 * - `step`: it is there for this step alone, which may kill it
 * - `tests`: a test runner's. Built-in objects are the tests', and so is what is not called by the body itself; code that
 *   never yields is not ended
 */
export type ProcessOwner = 'command' | 'step' | 'tests';

interface Rules {
  /** Whether asynchronous work is followed. Node aborts where code that never yields is ended as well, as by a timeout. */
  follows(timed: boolean): boolean;
  /** Of what is followed: when its body has ended, it must not end the process. */
  stopLateExits(): void;
  /** Whether a call that comes while the body is under way is the body's. */
  isOfBody(): boolean;
  /** Whether the body may end the process by this call. */
  mayEnd(call: string): boolean;
  /** Which built-in objects are put back; undefined means none. */
  extent: Extent | undefined;
  /** Somebody else has work in it: its signals, its channel and its exit are theirs. */
  shared: boolean;
  /** Calls `stuck` when nothing is left that could wake the body, and its process would exit as if it had succeeded. */
  hearStuck(stuck: () => void): () => void;
}

const command: Rules = {
  follows: (timed) => !timed,
  stopLateExits,
  isOfBody: () => true,
  mayEnd: () => false,
  extent: 'engine',
  shared: false,
  hearStuck(stuck) {
    process.on('beforeExit', stuck);
    return () => stopListening('beforeExit', stuck);
  },
};

const step: Rules = {
  ...command,
  follows: () => false,
  mayEnd: (call) => !call.startsWith('process.exit') && !reachesOthers(call),
};

const tests: Rules = {
  follows: () => true,
  stopLateExits() {},
  isOfBody: isInBody,
  mayEnd: () => false,
  extent: undefined,
  shared: true,
  /**
   * A test runner that hears it gives up all its tests, as `node:test` does. While a body is under way, it does not hear
   * it: the body fails, and the test that waits for it goes on.
   */
  hearStuck: (stuck) =>
    listenInstead('beforeExit', () => {
      stuck();
      // The process would end when all have heard.
      setImmediate(() => {});
    }),
};

export const RULES: Record<ProcessOwner, Rules> = { command, step, tests };

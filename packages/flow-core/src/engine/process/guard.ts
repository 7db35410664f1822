/** Executes a step's body in this process, which is not the step's own, and leaves it as it was. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { stuckError } from '../task/policies';
import { callAtExit } from './at-exit';
import { Containment } from './containment';
import { firstOf } from './first-of';
import { leaveNow } from './leave';
import { OrphanGuard } from './orphan-guard';
import { guardEnding, leftError } from './process-functions';
import { type GuardedSignals, guardSignals } from './signals';
import { type Starter, watchStarted } from './started';

export interface Guard {
  /** Puts back what the body patched, before the engine goes on. */
  bodyEnded(): void;
  /** As in a task, an unawaited rejection fails the body, and so does a try to end the process. */
  within<T>(work: () => Promise<T>): Promise<T>;
}

let guarded = 0;

/** The body that code belongs to, also in its timers and in promises that are not awaited. */
const bodies = new AsyncLocalStorage<Starter>();
let stops = false;

/** What an ended body left running must not end the process, in which the command still writes what the body returned. */
function stopLateExits(): void {
  if (stops) return;
  stops = true;
  guardEnding((how) => (bodies.getStore()?.ended ? leftError(how) : undefined));
}

/** Whether a body is under way in this process, which hears what is thrown where nothing catches it. */
export function isGuarded(): boolean {
  return guarded > 0;
}

/**
 * Whose process it is:
 * - `command`: nothing that a step does ends it
 * - `step`: it is there for this step alone, which may kill it
 * - `tests`: a test runner's; built-in objects are the tests', and code that never yields is not ended
 */
export type ProcessOf = 'command' | 'step' | 'tests';

export function makeGuard(processOf: ProcessOf = 'command'): Guard {
  let contained: Containment | undefined;
  return {
    bodyEnded: () => void contained?.putBackRealm(),
    async within(work) {
      let fail: (error: unknown) => void = () => {};
      const body: Starter = { ended: false };
      const orphans = new OrphanGuard();
      const crash = (error: unknown) => fail(error);
      const stuck = () => fail(stuckError());
      process.on('uncaughtException', crash);
      process.on('unhandledRejection', crash);
      // Nothing is left that could wake the step. Without this, the process would exit here as if it had succeeded.
      process.on('beforeExit', stuck);
      if (processOf === 'command') stopLateExits();
      const unwatch = watchStarted(() => bodies.getStore(), {
        started: (pid) => orphans.add(pid),
        ended: (pid) => orphans.remove(pid),
      });
      const end = () => body.started?.end();
      const signals: GuardedSignals | undefined =
        processOf === 'tests' ? undefined : guardSignals(() => void end());
      contained = new Containment({
        realm: processOf === 'tests' ? 'none' : 'often',
        leaves(how) {
          if (signals?.code !== undefined) {
            // The step, or whoever else hears of the signal, ends the process as it should.
            if (bodies.getStore() === body) leaveNow(signals.code);
            return undefined;
          }
          if (processOf === 'step' && !how.startsWith('process.exit')) return undefined;
          const error = leftError(how);
          fail(error);
          return error;
        },
      });
      guarded++;
      try {
        return await firstOf(
          () => bodies.run(body, work),
          (reject) => {
            fail = reject;
          },
        );
      } finally {
        body.ended = true;
        contained.putBackRealm();
        await end();
        unwatch();
        orphans.close();
        guarded--;
        const exits = contained.release();
        if (processOf !== 'tests') callAtExit(exits);
        contained = undefined;
        signals?.release();
        process.off('beforeExit', stuck);
        process.off('uncaughtException', crash);
        process.off('unhandledRejection', crash);
      }
    },
  };
}

/** Executes a step's body in this process, which is not the step's own, and leaves it as it was. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { callAtExit } from '../../process/at-exit';
import { exitNow, forbidEnd } from '../../process/ending';
import { letGoOfChannel } from '../../process/let-go-of-channel';
import { OrphanGuard } from '../../process/orphan-guard';
import { type Starter, watchStarted } from '../../process/started';
import { stepsBegin, stepsEnd } from '../../source/import-guard';
import { stuckError } from '../task/policies';
import { Containment } from './containment';
import { firstOf } from './first-of';
import { leftError } from './process-functions';
import { type GuardedSignals, guardSignals } from './signals';

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
  forbidEnd((how) => (bodies.getStore()?.ended ? leftError(how) : undefined));
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
export type ProcessOwner = 'command' | 'step' | 'tests';

/** @param timed The body has a timeout. Node aborts when code that never yields is ended and asynchronous work is followed. */
export function makeGuard(processOwner: ProcessOwner = 'command', timed = false): Guard {
  const follows = processOwner === 'command' && !timed;
  let contained: Containment | undefined;
  return {
    bodyEnded: () => void contained?.putBackRealm('common'),
    async within(work) {
      stepsBegin();
      let fail: (error: unknown) => void = () => {};
      const body: Starter = { ended: false };
      const orphans = new OrphanGuard();
      const crash = (error: unknown) => fail(error);
      const stuck = () => fail(stuckError());
      process.on('uncaughtException', crash);
      process.on('unhandledRejection', crash);
      // Nothing is left that could wake the step. Without this, the process would exit here as if it had succeeded.
      process.on('beforeExit', stuck);
      if (follows) stopLateExits();
      const unwatch = watchStarted(() => bodies.getStore() ?? (follows ? undefined : body), {
        started: (pid) => orphans.add(pid),
        ended: (pid) => orphans.remove(pid),
      });
      const end = () => body.started?.end();
      const signals: GuardedSignals | undefined =
        processOwner === 'tests' ? undefined : guardSignals(() => void end());
      contained = new Containment({
        // Under a test runner, built-in objects are the tests'.
        extent: processOwner === 'tests' ? undefined : 'common',
        refusal(how) {
          if (signals?.code !== undefined) {
            // The step, or whoever else hears of the signal, ends the process as it should.
            if (bodies.getStore() === body) exitNow(signals.code);
            return undefined;
          }
          if (processOwner === 'step' && !how.startsWith('process.exit')) return undefined;
          const error = leftError(how);
          fail(error);
          return error;
        },
      });
      contained.remember();
      guarded++;
      const holdChannel = processOwner === 'tests' ? () => {} : letGoOfChannel();
      try {
        return await firstOf(follows ? () => bodies.run(body, work) : work, (reject) => {
          fail = reject;
        });
      } finally {
        holdChannel();
        body.ended = true;
        contained.putBackRealm('common');
        await end();
        unwatch();
        orphans.close();
        guarded--;
        if (guarded === 0) stepsEnd();
        const exits = contained.release();
        if (processOwner !== 'tests') callAtExit(exits);
        contained = undefined;
        signals?.release();
        process.off('beforeExit', stuck);
        process.off('uncaughtException', crash);
        process.off('unhandledRejection', crash);
      }
    },
  };
}

/** Executes a step's body in this process, which is not the step's own, and leaves it as it was. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate } from 'node:timers';
import type { FlowError } from '../../definition/errors';
import { callAtExit } from '../../process/at-exit';
import { exitNow, forbidEnd } from '../../process/ending';
import { letGoOfChannel } from '../../process/let-go-of-channel';
import { listenInstead, stopListening } from '../../process/listeners';
import { OrphanGuard } from '../../process/orphan-guard';
import { type Starter, watchStarted } from '../../process/started';
import { stepsBegin, stepsEnd } from '../../source/late-failures';
import type { Emit } from '../task/flow-event';
import { stuckError } from '../task/policies';
import { Containment } from './containment';
import { firstOf } from './first-of';
import { endByLasting } from './lasting';
import { leftError, reachesOthers } from './left';
import { type GuardedSignals, guardSignals, SIGNAL_GRACE_MS } from './signals';

export interface Guard {
  /** Puts back what the body patched, before the engine goes on. */
  bodyEnded(thrown?: unknown): void;
  /** As in a task, an unawaited rejection fails the body, and so does a try to end the process. */
  within<T>(work: () => Promise<T>): Promise<T>;
}

export interface GuardOptions {
  /** Default: a command's. */
  processOwner?: ProcessOwner;
  /** The body has a timeout. */
  timed?: boolean;
  /** Aborted when the body is not waited for any more. It fails with the reason then. */
  signal?: AbortSignal;
  /** Hears of the call by which a step ends a process that is its own. */
  leaves?(error: FlowError): void;
  /** Hears of a signal that is to end the command. */
  emit?: Emit;
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

/** Whether the code that calls is that of a body under way. Known where bodies are followed: in a test runner's process. */
export function isInBody(): boolean {
  return bodies.getStore()?.ended === false;
}

/**
 * Whose process it is:
 * - `command`: nothing that a step does ends it
 * - `step`: it is there for this step alone, which may kill it
 * - `tests`: a test runner's. Built-in objects are the tests', and so is what is not called by the body itself; code that
 *   never yields is not ended
 */
export type ProcessOwner = 'command' | 'step' | 'tests';

export function makeGuard({
  processOwner = 'command',
  timed = false,
  signal,
  leaves,
  emit,
}: GuardOptions = {}): Guard {
  const amongTests = processOwner === 'tests';
  // Node aborts when code that never yields is ended, which a timeout does, and asynchronous work is followed.
  const follows = amongTests || (processOwner === 'command' && !timed);
  let contained: Containment | undefined;
  return {
    bodyEnded(thrown) {
      const changes = contained?.putBackRealm('engine');
      if (changes && changes.lasting.length > 0) endByLasting(changes.lasting, thrown);
    },
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
      const hearNoMore = amongTests ? stuckAmongTests(stuck) : hear('beforeExit', stuck);
      const abort = () => fail(signal?.reason);
      signal?.addEventListener('abort', abort);
      if (processOwner === 'command' && follows) stopLateExits();
      const unwatch = watchStarted(() => bodies.getStore() ?? (follows ? undefined : body), {
        started: (pid) => orphans.add(pid),
        ended: (pid) => orphans.remove(pid),
      });
      const end = () => body.started?.end();
      const signals: GuardedSignals | undefined = amongTests
        ? undefined
        : guardSignals(
            (name) => {
              emit?.({ type: 'spin-signalled', signal: name, graceMs: SIGNAL_GRACE_MS });
              void end();
            },
            (name) => emit?.({ type: 'spin-forced', signal: name }),
          );
      contained = new Containment({
        // Under a test runner, built-in objects are the tests'.
        extent: amongTests ? undefined : 'engine',
        ...(amongTests ? { ours: isInBody } : {}),
        refusal(how) {
          if (amongTests && !isInBody()) return undefined;
          if (signals?.code !== undefined) {
            // The step, or whoever else hears of the signal, ends the process as it should.
            if (bodies.getStore() === body) exitNow(signals.code);
            return undefined;
          }
          const error = leftError(how);
          if (processOwner === 'step' && !how.startsWith('process.exit') && !reachesOthers(how)) {
            leaves?.(error);
            return undefined;
          }
          fail(error);
          return error;
        },
      });
      contained.remember();
      guarded++;
      const holdChannel = amongTests ? () => {} : letGoOfChannel();
      try {
        return await firstOf(follows ? () => bodies.run(body, work) : work, (reject) => {
          fail = reject;
          if (signal?.aborted) abort();
        });
      } finally {
        holdChannel();
        body.ended = true;
        contained.putBackRealm('engine');
        await end();
        unwatch();
        orphans.close();
        guarded--;
        if (guarded === 0) stepsEnd();
        const exits = contained.release();
        if (!amongTests) callAtExit(exits);
        contained = undefined;
        signals?.release();
        signal?.removeEventListener('abort', abort);
        hearNoMore();
        stopListening('uncaughtException', crash);
        stopListening('unhandledRejection', crash);
      }
    },
  };
}

function hear(event: 'beforeExit', listener: () => void): () => void {
  process.on(event, listener);
  return () => stopListening(event, listener);
}

/**
 * A test runner that hears that nothing is left to wait for gives up all its tests, as `node:test` does. While a body is
 * under way, it does not hear it: the body fails, and the test that waits for it goes on.
 */
function stuckAmongTests(stuck: () => void): () => void {
  return listenInstead('beforeExit', () => {
    stuck();
    // The process would end when all have heard.
    setImmediate(() => {});
  });
}

/** Executes a step's body in this process, which is not the step's own, and leaves it as it was. */
import type { FlowError } from '../../definition/errors';
import { callAtExit } from '../../process/at-exit';
import { containListeners, DECIDING } from '../../process/contain-listeners';
import { exitNow } from '../../process/ending';
import { letGoOfChannel } from '../../process/let-go-of-channel';
import { stopListening } from '../../process/listeners';
import { OrphanGuard } from '../../process/orphan-guard';
import { type Starter, watchStarted } from '../../process/started';
import { stepsBegin, stepsEnd } from '../../source/late-failures';
import type { Emit } from '../task/flow-event';
import { stuckError } from '../task/policies';
import { bodies } from './bodies';
import { Containment } from './containment';
import { firstOf } from './first-of';
import { endByLasting } from './lasting';
import { leftError } from './left';
import { type ProcessOwner, RULES } from './process-owner';
import { Realm } from './realm';
import { type GuardedSignals, guardSignals, SIGNAL_GRACE_MS } from './signals';

export interface Guard {
  /** Puts back what the body patched, before the engine goes on. */
  bodyEnded(thrown?: unknown): void;
  /**
   * As in a task, an unawaited rejection fails the body, and so does a try to end the process.
   * @param timed The body has a timeout.
   */
  within<T>(work: () => Promise<T>, timed?: boolean): Promise<T>;
}

export interface GuardOptions {
  /** Default: a command's. */
  processOwner?: ProcessOwner;
  /** Aborted when the body is not waited for any more. It fails with the reason then. */
  signal?: AbortSignal;
  /** Hears of the call by which a step ends a process that is its own. */
  leaves?(error: FlowError): void;
  /** Hears of a signal that is to end the command. */
  emit?: Emit;
  /** What the body throws may show a secret: it is not told where nothing could mask it any more. */
  hush?: boolean;
}

let guarded = 0;

/** Whether a body is under way in this process, which hears what is thrown where nothing catches it. */
export function isGuarded(): boolean {
  return guarded > 0;
}

/** Remembers built-in objects as they are now: call when the flow is imported. */
export function makeGuard({
  processOwner = 'command',
  signal,
  leaves,
  emit,
  hush,
}: GuardOptions = {}): Guard {
  const rules = RULES[processOwner];
  const realm = rules.extent && new Realm(rules.extent);
  let contained: Containment | undefined;
  return {
    bodyEnded(thrown) {
      const changes = contained?.putBackRealm('engine');
      if (changes && changes.lasting.length > 0) endByLasting(changes.lasting, hush ? undefined : thrown);
    },
    async within(work, timed = false) {
      const follows = rules.follows(timed);
      stepsBegin();
      let fail: (error: unknown) => void = () => {};
      const body: Starter = { ended: false };
      const orphans = new OrphanGuard();
      const crash = (error: unknown) => fail(error);
      process.on('uncaughtException', crash);
      process.on('unhandledRejection', crash);
      const stuck = () => fail(stuckError());
      const stopHearingStuck = rules.hearStuck(stuck);
      const letListenersGo = rules.shared
        ? () => {}
        : containListeners(DECIDING, {
            own: [crash, stuck],
            isPast: () => bodies.getStore()?.ended === true,
          });
      const abort = () => fail(signal?.reason);
      signal?.addEventListener('abort', abort);
      if (follows) rules.stopLateExits();
      const unwatch = watchStarted(() => bodies.getStore() ?? (follows ? undefined : body), {
        started: (pid) => orphans.add(pid),
        ended: (pid) => orphans.remove(pid),
      });
      const end = () => body.started?.end();
      const signals: GuardedSignals | undefined = rules.shared
        ? undefined
        : guardSignals(
            (name) => {
              emit?.({ type: 'spin-signalled', signal: name, graceMs: SIGNAL_GRACE_MS });
              void end();
            },
            (name) => emit?.({ type: 'spin-forced', signal: name }),
          );
      contained = new Containment({
        ours: rules.isOfBody,
        refusal(how) {
          if (!rules.isOfBody()) return undefined;
          if (signals?.code !== undefined) {
            // The step, or whoever else hears of the signal, ends the process as it should.
            if (bodies.getStore() === body) exitNow(signals.code);
            return undefined;
          }
          const error = leftError(how);
          if (rules.mayEnd(how)) {
            leaves?.(error);
            return undefined;
          }
          fail(error);
          return error;
        },
      });
      contained.remember(realm);
      guarded++;
      const holdChannel = rules.shared ? () => {} : letGoOfChannel();
      try {
        return await firstOf(follows ? () => bodies.run(body, work) : work, (reject) => {
          fail = reject;
          if (signal?.aborted) abort();
        });
      } finally {
        holdChannel();
        body.ended = true;
        contained.putBackRealm('engine');
        if (body.started) {
          await end();
          // What it left running may have patched more meanwhile.
          contained.putBackRealm('engine');
        }
        unwatch();
        orphans.close();
        guarded--;
        if (guarded === 0) stepsEnd();
        const exits = contained.release();
        if (!rules.shared) callAtExit(exits);
        contained = undefined;
        signals?.release();
        signal?.removeEventListener('abort', abort);
        letListenersGo();
        stopHearingStuck();
        stopListening('uncaughtException', crash);
        stopListening('unhandledRejection', crash);
      }
    },
  };
}

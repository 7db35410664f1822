/**
 * Executes the step of a spin in a worker process, as a run does, where its flow has secrets: what the step and the processes
 * that it starts write to the descriptors of their output can only be masked by the process that reads it.
 */
import { FlowError } from '../definition/errors';
import type { TaskShown } from '../definition/step-cards';
import { isErrorLike } from '../definition/thrown';
import { type Job, jobOf, kindOf } from '../engine/pool/job';
import { maskedHost } from '../engine/pool/masked-host';
import type { Attachable, PoolHost } from '../engine/pool/pool';
import { secretsOf } from '../engine/secrets/secrets';
import type { SpinInputs } from '../engine/spin/spin';
import { fromRecord } from '../engine/task/error-record';
import type { Emit } from '../engine/task/flow-event';
import type { TaskLog, TaskOutcome } from '../engine/task/task';
import type { View } from '../engine/task/view';
import type { ErrorRecord } from '../store/rows/rows';
import { packagesOf } from './packages';
import type { Session } from './session';

export interface InWorkerOptions {
  workers(): Promise<Attachable>;
  /** The folder that its artifacts are written to. */
  folder(): string;
  log: TaskLog;
  emit: Emit;
}

/** @throws FlowError FLOW_PACKAGES, FLOW_INTERRUPTED, and what keeps the flow from being imported in the worker */
export function executeInWorker(session: Session, { workers, folder, log, emit }: InWorkerOptions) {
  return async (
    { resolved: { node }, run, spec, views }: SpinInputs,
    showCard: (shown: TaskShown) => void,
  ): Promise<TaskOutcome> => {
    const packages = await packagesOf(session, node, emit);
    const job = jobOf(node, { ...spec, task: '1', shown: 'spin', outputs: folder() }, packages);
    const pool = await workers();
    const { signal } = session;
    let interrupt = () => {};
    try {
      return await new Promise<TaskOutcome>((resolve, reject) => {
        let waiting: Job | undefined = job;
        const host: PoolHost = {
          run,
          pull() {
            const pulled = waiting;
            waiting = undefined;
            return pulled;
          },
          pending: (kind) => (waiting && kind === kindOf(job) ? 1 : 0),
          kinds: () => (waiting ? [kindOf(job)] : []),
          view: (label) => views.get(label) as View,
          started() {},
          log: (_, stream, text) => log(stream, text),
          card: (_, shown) => showCard(shown),
          finished: (_, outcome) => resolve(outcome),
          late: (_, text) => emit({ type: 'task-went-on', task: node.name, text }),
          silent: (_, ms) => emit({ type: 'task-silent', task: node.name, ms }),
          broken: (error) => reject(isErrorLike(error) ? error : fromRecord(error as ErrorRecord)),
        };
        interrupt = () => reject(new FlowError('FLOW_INTERRUPTED', 'The spin was interrupted.', { exit: 1 }));
        if (signal?.aborted) return interrupt();
        signal?.addEventListener('abort', interrupt);
        pool.attach(maskedHost(host, secretsOf(session.graph))).wake();
      });
    } finally {
      signal?.removeEventListener('abort', interrupt);
      await pool.close();
    }
  };
}

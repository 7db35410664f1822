/** What a run tells of the queue whose workers execute some of its tasks. */

export type QueueEvent =
  /** The server does not answer: the run waits. `url` has no password. */
  | { type: 'queue-away'; url: string }
  /** It answers again, after so long. */
  | { type: 'queue-back'; ms: number }
  /**
   * Tasks wait, and no worker serves their queue; with `resources`, none that serves it has as much. `queues` are those that some
   * worker serves.
   */
  | { type: 'queue-unserved'; queue: string; queues: string[]; tasks: number; resources?: string }
  /** The place of large values cannot be reached, from here or from a worker: the run waits. */
  | { type: 'blobs-away'; url?: string; worker?: string; why: string }
  /** It can, after so long. */
  | { type: 'blobs-back'; url?: string; ms: number }
  /** A worker does not execute the tasks of a step. */
  | { type: 'worker-refused'; worker: string; step: string; why: string }
  /** The flow names these files, and they are not sent along with its code: they may hold secrets, or lie outside of the workspace. */
  | { type: 'code-left'; files: string[] }
  /** A worker has ended in the middle of tasks, which begin again. */
  | { type: 'worker-lost'; worker: string; tasks: number };

/** What a run tells of its queue. */
export type { QueueEvent } from '@nx-flow/core/queue';

/** @nx-flow/core: write flows as steps, run them once, then spin one step at a time. */
export type { Codec, CodecFile, InstanceCodec, Later, LaterCodec, Preview } from './definition/codec';
export { FlowError, isFlowError, type Problem } from './definition/errors';
export { fatal } from './definition/fatal';
export { flow, oneOf } from './definition/flow';
export type { FlowInput } from './definition/flow-inputs';
export { type InstanceOptions, instance } from './definition/instance';
export type { KeepOption } from './definition/keep-option';
export { merge } from './definition/merge';
export type * from './definition/types';
export { param } from './source/param';
export { type FileArtifact, file } from './store/cas/file';

/**
 * Reads what runs recorded. See {@link FlowClient}.
 * Loaded when it is called: a flow file imports this module at every start.
 */
export const client: typeof import('./client').client = ((...args: unknown[]) =>
  (require('./client') as { client(...args: unknown[]): unknown }).client(...args)) as never;
export type {
  Artifact,
  ClientOptions,
  FlowClient,
  Run,
  RunFilter,
  Step as StepView,
  StoreClient,
  Task,
  TaskCard,
  TaskLog,
} from './client';

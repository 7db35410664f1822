/** For `@nx-flow/ui` alone: what the local page needs of the engine beside the client. It may change with any version. */
export * from '../card';
export type { ArtifactView, StepCounts, TaskCard, TaskLog } from '../client';
export {
  type ClientOptions,
  client,
  type FlowClient,
  type Run,
  type RunFilter,
  type Step,
  type StoreClient,
  type Task,
} from '../client';

export { FlowError, isFlowError } from '../definition/errors';
export type { ArtifactDifference } from '../engine/task/difference';
export type { FlowEvent, SpinDone, SpinStarted, TaskAddress } from '../engine/task/flow-event';
export { previewOf } from '../engine/task/preview';
export { packageVersion } from '../environment/package-root';
export { currentUser, ownNamespace } from '../environment/user';
export { OrphanGuard } from '../process/orphan-guard';
export { hearEvents, type PublishedEvent } from '../session/publish';
export { indexFlows } from '../source/find';
export { formatPathspec, type Pathspec, parsePathspec } from '../store/pathspec';
export type { ErrorRecord, RunStatus } from '../store/rows/rows';
export type { Store } from '../store/store';
export { isLater } from '../store/values/later';
export { askFlow } from './ask-flow';
export { hasStore, openPageStore } from './page-store';
export type {
  FlowAnswers,
  FlowForm,
  FlowPlace,
  FlowQuestion,
  FoundInput,
  FoundInputs,
  InputsChoice,
  RenderedCard,
  ValuePlace,
} from './questions';
export { inside, showValue } from './show-value';
export { rendered } from './value';

/** For `@nx-flow/ui` alone: what the local page needs of the engine beside the client. It may change with any version. */
export * from '../card';
export type { CardDocument } from '../card/document';
export { escaped } from '../card/render/markup';
export type { PageRequest, ServedPage } from '../cli/ui-package';
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
export { messageOf } from '../definition/thrown';
export { changeSince, isSameTask } from '../engine/task/change';
export type { ArtifactDifference } from '../engine/task/difference';
export { fromRecord, toRecord } from '../engine/task/error-record';
export type { FlowEvent, SpinDone, SpinStarted, TaskAddress } from '../engine/task/flow-event';
export { pathspecText } from '../engine/task/flow-event';
export { previewOf } from '../engine/task/preview';
export { packageFile, packageVersion } from '../environment/package-root';
export { makePrivateTemporary, sweepPrivateTemporary } from '../environment/private-temporary';
export { isAlive } from '../environment/temporary';
export { currentUser, ownNamespace } from '../environment/user';
export { OrphanGuard } from '../process/orphan-guard';
export { hearEvents, type PublishedEvent } from '../session/publish';
export { Running } from '../session/watch/running';
export { Spares } from '../session/watch/spares';
export { indexFlows } from '../source/find';
export { formatPathspec, type Pathspec, parsePathspec } from '../store/pathspec';
export type { ErrorRecord, RunStatus } from '../store/rows/rows';
export type { Store } from '../store/store';
export { isLater } from '../store/values/later';
export { typeOf } from '../store/values/type-of';
export { askFlow } from './ask-flow';
export { compare } from './compare';
export { differenceLines } from './difference-lines';
export { differenceOfKept, type KeptOutput, keepOutputs, keptValue, readSpunCard } from './kept-outputs';
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
export { rendered } from './value';

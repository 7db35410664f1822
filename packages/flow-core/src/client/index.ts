/** Reads what runs recorded: flows, runs, steps, tasks, artifacts. */
export { Artifact } from './artifact';
export { type ClientOptions, client, StoreClient } from './client';
export { FlowClient, type RunFilter } from './flow';
export { Run } from './run';
export { Step } from './step';
export { Task } from './task';
export type { ArtifactView, RunView, StepCounts, StepView, TaskCard, TaskLog, TaskView } from './types';

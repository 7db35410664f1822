/** Reads what runs recorded: flows, runs, steps, tasks, artifacts. */
export { type ClientOptions, client, FlowClient, type RunFilter } from './client';
export { Run } from './run';
export { Step } from './step';
export { Artifact, Task } from './task';

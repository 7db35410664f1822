/** Flows in Nx: every `*.flow.ts` is inferred into the project graph, with the targets `run` and `spin`. */
export { createNodes } from './graph/create-nodes';
export { createDependencies } from './graph/dependencies';
export { preTasksExecution } from './keys/publish';
export { postTasksExecution } from './keys/verify';

export const name = '@nx-flow/plugin';

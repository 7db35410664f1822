/** Flows in Nx: every `*.flow.ts` is inferred into the project graph, with the targets `run` and `spin`. */
export { createNodes } from './graph/create-nodes';
export { createDependencies } from './graph/dependencies';

type Publish = typeof import('./keys/publish')['preTasksExecution'];
type Verify = typeof import('./keys/verify')['postTasksExecution'];

// Each is loaded when it is called: most commands of a workspace execute no tasks.
export const preTasksExecution: Publish = async (...given) =>
  (await import('./keys/publish')).preTasksExecution(...given);

export const postTasksExecution: Verify = async (...given) =>
  (await import('./keys/verify')).postTasksExecution(...given);

export const name = '@nx-flow/plugin';

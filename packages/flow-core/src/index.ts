/** @nx-flow/core: write flows as steps, run them once, then spin one step at a time. */
export { FlowError, isFlowError, type Problem } from './definition/errors';
export { flow, oneOf } from './definition/flow';
export { merge } from './definition/merge';
export type * from './definition/types';

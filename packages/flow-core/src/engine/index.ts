/** The engine: run, spin, and what happens meanwhile. */
export { toRecord } from './error-record';
export type { Emit, FlowEvent, TaskCounts } from './events';
export { InProcessPool, type Pool, type PoolHost } from './pool';
export { ProcessPool } from './process-pool';
export { type Resolved, requireStep, resolveInputs, type Selection } from './resolve';
export { type RunOptions, type RunOutcome, runFlow } from './run';
export { type Change, type SpinArtifact, type SpinOptions, type SpinOutcome, spin } from './spin';

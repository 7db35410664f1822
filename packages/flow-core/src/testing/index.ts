/** @nx-flow/core/testing: steps and flows in unit tests, in this process or in a child. */
export { exactly } from './exactly';
export { readFixture } from './fixture';
export { type FlowMatchers, flowMatchers } from './matchers';
export { Runner } from './runner';
export type {
  GivenArtifacts,
  GivenParams,
  Origin,
  Ran,
  ResumeOptions,
  RunnerOptions,
  RunOptions,
  SpinOptions,
  Spun,
} from './types';

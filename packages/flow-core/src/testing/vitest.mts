/** `import '@nx-flow/core/testing/vitest'`, in a test or a setup file: Vitest's `expect` has the matchers, and their types. */
import { expect } from 'vitest';
import { type FlowMatchers, flowMatchers } from './index.js';

expect.extend(flowMatchers);

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: declarations that merge have the same parameters
  interface Matchers<T = any> extends FlowMatchers<void> {}
}

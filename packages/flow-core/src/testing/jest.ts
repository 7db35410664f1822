/** `import '@nx-flow/core/testing/jest'`, in a test or a setup file: jest's global `expect` has the matchers, and their types. */
import { flowMatchers } from './matchers';

export type { FlowMatchers } from './matchers';

declare const expect: { extend(matchers: object): void };

expect.extend(flowMatchers);

/** `import '@nx-flow/core/testing/jest'` in a test or setup file adds the matchers to jest's typed `expect`. */
import { flowMatchers } from './matchers';

export type { FlowMatchers } from './matchers';

declare const expect: { extend(matchers: object): void };

expect.extend(flowMatchers);

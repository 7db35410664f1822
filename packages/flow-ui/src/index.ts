/** @nx-flow/ui: serves the local page. `nx-flow ui` calls it; it is no API for others. */
export type { PageRequest, ServedPage } from '@nx-flow/core/ui';
export { servePage } from './server/serve';

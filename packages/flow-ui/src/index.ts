/** @nx-flow/ui: serves the local page. `nx-flow ui` calls it; it is no API for others. */
export { type PageRequest, type ServedPage, servePage } from './server/serve';

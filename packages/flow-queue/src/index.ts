/** `@nx-flow/queue`: what the commands of core call. It is no API of its own. */
export { migrateQueue } from './connection/postgres';
export { shownUrl } from './connection/url';

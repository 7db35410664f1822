/** What `@nx-flow/core/cli` shows: the `nx-flow` command as a function, and whether what it printed was written. */
export { type MainOptions, main } from './main';
export { outputWritten } from './render/output';

/** What `@nx-flow/core/cli` shows: the `nx-flow` command as a function. */
export { type MainOptions, main } from './main';

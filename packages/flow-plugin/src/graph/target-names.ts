/** The names of the targets of a project's flows. `nx-flow` needs them too, for the `.env` files of a target. */
export { type NamedFlow, suffixOf, type TargetNames, targetNames } from '@nx-flow/core/keys';

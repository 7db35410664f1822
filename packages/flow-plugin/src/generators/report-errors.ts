/** Nx prints the message of an error alone: its code goes in front, as the command `nx-flow` prints it. */
import type { GeneratorCallback, Tree } from '@nx/devkit';
import { FlowError, isFlowError } from '@nx-flow/core';

export type Generate<O> = (tree: Tree, options: O) => Promise<GeneratorCallback>;

export function reportErrors<O>(generate: Generate<O>): Generate<O> {
  return async (tree, options) => {
    try {
      return await generate(tree, options);
    } catch (error) {
      if (!isFlowError(error)) throw error;
      throw new FlowError(error.code, `${error.code}  ${error.message}`, { cause: error });
    }
  };
}

/** Under `--quiet` a generator says nothing, as Nx itself. */
export function isQuiet(): boolean {
  return process.env.NX_GENERATE_QUIET === 'true';
}

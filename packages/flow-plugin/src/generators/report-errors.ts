/** Nx prints only an error's message, so this puts the code in front, as `nx-flow` does. */
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

/** With `--quiet` a generator prints nothing, as Nx itself. */
export function isQuiet(): boolean {
  return process.env.NX_GENERATE_QUIET === 'true';
}

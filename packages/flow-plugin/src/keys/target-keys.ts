/**
 * The cache keys of targets on one page: what is published for Nx to hash, field by field, and why. Nx hashes the
 * published file of a target, which lies in `KEYS` (`nx/published-files.ts`), and also
 *
 * - the target's options and the command's arguments, since they choose step, inputs and parameters;
 * - for `spin` and `snapshot`: the sources of the project and of its dependencies, the lock files, and the flow's
 *   declared `inputs` (`graph/targets.ts`);
 * - for `spin-<step>`: the data files of the project, or those that the flow declares, and the `digests.json` of
 *   the earlier steps (`graph/step-targets.ts`). Code is only in the fingerprint, so that an edit affects no other
 *   step;
 * - the variable `NX_FLOW_UNPUBLISHED`, which changes each time publishing fails.
 *
 * The two keys of the engine, `SpinKey` (what a step sees in a spin) and `StepKey` (by which a step's folder is kept when Nx
 * misses for another reason), are in core's `engine/task/cache-keys.ts`; `@nx-flow/core/keys` computes them.
 */

/** What the results of one step depend on besides its inputs. */
export interface CodeKey {
  /**
   * Because code decides what the step does: the digest of all code that it depends on, with the versions of
   * packages and of Node. A random value when the code cannot be known: then the step is executed.
   */
  fingerprint: string;
  /** Because a cache may have folders of an older version with another layout. */
  layout: string;
  /** Because the step may read `current.user`, so that each user has their own results. Otherwise absent. */
  user?: string;
  /** Because the step may read runs: the state of the store, new after each write. Otherwise absent. */
  store?: string;
}

/** `<keys>/<file>/<flow>/steps/<step>`: an input of the target `spin-<step>`. */
export interface StepTargetKey {
  code: CodeKey;
  /** Because parameters may name files, and the command line has only their names: a digest of each given list. */
  params: string[];
}

/** `<keys>/<file>/<flow>/spin.json`: an input of the target `spin`. */
export interface SpinTargetKey {
  /**
   * Because a step sees recorded runs: digests of a `SpinKey` and of the given parameters, by selection. A
   * selection with several parameter lists has several. `*` has spins whose selection is unknown beforehand: they
   * are executed, and nothing is compared.
   */
  keys: Record<string, string[]>;
  /** Because a step may depend on code in no project, which Nx does not hash: by step. */
  code: Record<string, CodeKey>;
}

/** `<keys>/<file>/<flow>/snapshot`: an input of the target `snapshot`. */
export interface SnapshotTargetKey {
  /** Because the run executes all steps: their fingerprints. */
  code: string[];
  /** Because parameters may name files, as for a step. */
  params: string[];
}

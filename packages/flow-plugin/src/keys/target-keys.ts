/**
 * The cache keys of targets on one page: what is published for Nx to hash, field by field, and why. Nx hashes the
 * published file of a target, and in addition
 *
 * - the target's options and the command's arguments, since they choose step, inputs and parameters;
 * - for `spin` and `snapshot`: the sources of the project and of those it depends on, the lock files, and what the flow
 *   names as its `inputs` (`graph/targets.ts`);
 * - for `spin-<step>`: the data files of the project, or those that the flow names, and the `digests.json` of the steps
 *   before (`graph/step-targets.ts`). Code is in the fingerprint alone, so that an edit reaches no other step;
 * - the variable `NX_FLOW_UNPUBLISHED`, which is new each time that nothing could be published.
 *
 * `@nx-flow/core/keys` has the two keys of the engine: `SpinKey`, what a step sees in a spin, and `StepKey`, by which a
 * step's folder is kept where Nx misses for another reason.
 */

/** What the results of one step depend on in addition to its inputs. */
export interface CodeKey {
  /**
   * Because code decides what the step does: the digest of all code that it reaches, with the versions of packages and of
   * Node. A number for this once where the code cannot be known: then the step is executed.
   */
  fingerprint: string;
  /** Because a cache may hold folders of an older version, laid out in another way. */
  layout: string;
  /** Because the step may ask for `current.user`: its results are each user's own. Absent where it does not. */
  user?: string;
  /** Because the step may read runs: the state of the store, new after each write. Absent where it does not. */
  store?: string;
}

/** `.flow/keys/<file>/<flow>/steps/<step>`: an input of the target `spin-<step>`. */
export interface StepTargetKey {
  code: CodeKey;
  /** Because parameters may name files, of which the command line has only the names: a digest of each list given. */
  params: string[];
}

/** `.flow/keys/<file>/<flow>/spin.json`: an input of the target `spin`. */
export interface SpinTargetKey {
  /**
   * Because a step sees what runs recorded: digests of a `SpinKey` and of the given parameters, by selection. Several
   * where a selection is meant with several parameters; `*` holds spins whose selection cannot be known beforehand: they
   * are executed, and nothing is compared.
   */
  keys: Record<string, string[]>;
  /** Because a step may reach code that Nx does not hash, since it lies in no project: by step. */
  code: Record<string, CodeKey>;
}

/** `.flow/keys/<file>/<flow>/snapshot`: an input of the target `snapshot`. */
export interface SnapshotTargetKey {
  /** Because the run executes all steps: their fingerprints. */
  code: string[];
  /** Because parameters may name files, as for a step. */
  params: string[];
}

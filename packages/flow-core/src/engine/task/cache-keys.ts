/**
 * The cache keys of the engine on one page: what must be equal for a result to be used again, and why. Types only:
 * `spin/read-key.ts` reads a `SpinKey` from the store, `handover/valid.ts` a `StepKey` from the folders of the steps before.
 * What Nx hashes beside them stands in the plugin's `keys/target-keys.ts`.
 */

/** The digest of an artifact's value by its name, in the order in which the step sees the names. */
type ArtifactDigests = [name: string, digest: string][];

/**
 * Everything that a step would see in a spin. Equal keys of equal code mean equal results, whichever runs the inputs
 * come from. Runs, tasks and times are in no key: a new run with equal values is a replay.
 */
export interface SpinKey {
  /** Because `current.flow` names it, and because outputs lie under it. */
  flow: string;
  /** Because each step has its own body, and `current.step` names it. */
  step: string;
  /** Because the step reads them as `self` or `inputs`: one list for each parent, in the order of `inputs`. */
  inputs: ArtifactDigests[];
  /** Because merge() passes on what stood before a foreach that had nothing to split. */
  base?: ArtifactDigests;
  /** Because `inputs.left` is another artifact than `inputs.right`: the branch of each parent of a gather. */
  branches: readonly string[] | null;
  /** Because the step reads `input`, `index` and `stack`: for each foreach, outermost first. */
  splits: { index: number; count: number; list: string | null }[];
  /** Because a loop's body reads `iteration`. */
  iteration: number | null;
  /** Because the step reads `params`; as the run recorded them. Null for a spin that needs no run. */
  params: ArtifactDigests | null;
  /** Because the step reads `current.user`. */
  user: string;
  /** Because the step reads `current.namespace`. */
  namespace: string | null;
  /** Because the spin's table compares with them: outputs of the origin, or the status of one that did not finish. */
  originOutputs: ArtifactDigests | string | null;
}

/**
 * Everything that the target `spin-<step>` depends on. Nx has a hash for it too, which changes with any target of the
 * project; where only that changed, this key is the same and the folder stays as it is.
 */
export interface StepKey {
  /** Because `current.flow` names it, and because hand-overs lie under it. */
  flow: string;
  /** Because each step has its own body, and `current.step` names it. */
  step: string;
  /** Because the step reads what the steps before it handed over: a hash of the `digests.json` of each. */
  before: string[];
  /** Because code and data files decide what the step does: the caller's hash of the fingerprint and of these files. */
  code: string;
  /** Because the step reads `params`: as they were given, since what the schemas make of them is in the fingerprint. */
  params: Record<string, unknown>;
  /** Because the step reads `current.user`. */
  user: string;
  /** Because the step reads `current.namespace`. */
  namespace: string;
}

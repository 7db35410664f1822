/**
 * Why a step's fingerprint differs: compares the recorded code, run by run, with today's, by `compareFingerprints` of
 * `source/fingerprint/compare.ts`.
 */
import type { Fingerprints, PartKind } from '../../../source/fingerprint';
import { compareFingerprints, type Difference } from '../../../source/fingerprint/compare';
import type { CodeRow } from '../../../store/rows/rows';
import type { Store } from '../../../store/store';
import { partsOf } from '../../record/code';

/** The differences of code, or why they are unknown. */
export type CodeDifferences = { differences: Difference[]; open: string[] } | { unknown: string };

/** Parts that are not code: parameters and the environment have their own sections. */
const ELSEWHERE = new Set<PartKind>(['node', 'engine', 'param']);

export class Codes {
  readonly #store: Store;
  readonly #flow: string;
  readonly #now: Fingerprints | { error: string };
  readonly #rows = new Map<number, CodeRow | undefined>();

  constructor(store: Store, flow: string, now: Fingerprints | { error: string }) {
    this.#store = store;
    this.#flow = flow;
    this.#now = now;
  }

  async differences(step: string, run: number): Promise<CodeDifferences> {
    if (!this.#rows.has(run)) this.#rows.set(run, await this.#store.code(this.#flow, run));
    const row = this.#rows.get(run);
    const now = this.#now;
    const pathspec = `${this.#flow}/${run}`;
    if ('error' in now) return { unknown: `today's code cannot be read: ${now.error}` };
    if (!row) return { unknown: `${pathspec} recorded no fingerprints of its code` };
    if (row.error !== undefined)
      return { unknown: `the code of ${pathspec} could not be read then: ${row.error}` };
    if (row.format !== now.format)
      return { unknown: `another version of nx-flow recorded the code of ${pathspec}, in another format` };
    const { parts, open } = (Object.hasOwn(now.steps, step) ? now.steps[step] : undefined) ?? now.other;
    const all = compareFingerprints({ parts: partsOf(row, step) }, { parts });
    return { differences: all.filter(({ kind }) => !ELSEWHERE.has(kind)), open };
  }

  /** The differences of the run whose code differs the most. */
  async worst(step: string, runs: ReadonlySet<number>): Promise<CodeDifferences> {
    let worst: CodeDifferences = { differences: [], open: [] };
    for (const run of runs) {
      const found = await this.differences(step, run);
      if ('unknown' in found) return found;
      if (found.differences.length > worst.differences.length) worst = found;
    }
    return worst;
  }
}

/** What is lost of a store, by the keys that it had. */
import type { LostRecord } from '../../store/rows/lost-records';
import type { LostRow } from '../../store/rows/missing-rows';

export class Marks {
  readonly #at: number;
  readonly all = new Map<string, LostRow>();
  /** Those that no earlier repair had found. */
  readonly added = new Map<string, LostRow>();
  readonly #ofRuns = new Map<string, Set<string>>();

  /** @param at milliseconds since 1970 */
  constructor(at: number) {
    this.#at = at;
  }

  add(key: string, more: Omit<LostRow, 'at'> = {}): void {
    if (this.all.has(key)) return;
    const row = { at: this.#at, ...more };
    this.#set(key, row);
    this.added.set(key, row);
  }

  /** Of an earlier repair. What was not repaired yet is found again, unless it is whole. */
  keep({ key, ...row }: LostRecord): void {
    if (row.unrepaired) return;
    this.#set(key, row);
    this.added.delete(key);
  }

  #set(key: string, row: LostRow): void {
    this.all.set(key, row);
    const run = runOf(key);
    this.#ofRuns.set(run, (this.#ofRuns.get(run) ?? new Set()).add(key));
  }

  drop(key: string): void {
    this.all.delete(key);
    this.added.delete(key);
    this.#ofRuns.get(runOf(key))?.delete(key);
  }

  /** Files that were lost, and stored again. @param wrong the hashes of those that are lost */
  wholeAgain(wrong: ReadonlyMap<string, unknown>): void {
    for (const [key, { hash }] of this.all) if (hash !== undefined && !wrong.has(hash)) this.drop(key);
  }

  /** The keys of what is lost of the run that a key belongs to. */
  ofRun(key: string): string[] {
    return [...(this.#ofRuns.get(runOf(key)) ?? [])];
  }
}

/** `movies/0000000012` */
const runOf = (key: string) => key.split('/', 3).slice(1).join('/');

/**
 * Notices what a task changed in what all code of a process shares, such as `Array.prototype` or `fs.readFileSync`, and puts
 * it back. A look costs time: at what people patch most some microseconds, which every task is worth, at everything a tenth
 * of a millisecond.
 */
import { syncBuiltinESMExports } from 'node:module';
import { all, COUNTED, common, engine, modules } from './built-ins';
import { comparisonOf } from './comparison';
import { type Changes, putBackAll, type Watched, watched, watchedAnew } from './watched';

/**
 * What is looked at: what people patch most; also all that the engine needs in its own process, and Node's modules; or all
 * that is built in.
 */
export type Extent = 'common' | 'engine' | 'all';

/** When everything was looked at so long ago, it is looked at again. Milliseconds. */
const ALL_AFTER_MS = 50;

/** So many tasks of each step are followed by a look at everything, also when they are quick. */
const FIRST_TASKS = 16;

/** Says how much to look at after a task. */
export class Extents {
  /** How many tasks of each step. No Map: a task may have patched it. */
  readonly #tasks = Object.create(null) as Record<string, number>;
  #last = 0;

  /** @param now milliseconds of a steady clock */
  after(step: string, now: number): Extent {
    const tasks = this.#tasks[step] ?? 0;
    if (tasks >= FIRST_TASKS && now - this.#last < ALL_AFTER_MS) return 'common';
    this.#tasks[step] = tasks + 1;
    this.#last = now;
    return 'all';
  }
}

export class Realm {
  readonly #common: Watched[];
  readonly #engine: Watched[] = [];
  readonly #modules: Watched[] = [];
  readonly #all: Watched[] = [];
  /** Whether what people patch most is as it was. Undefined until it was asked for. */
  #isCommon: (() => boolean) | undefined;

  /** Remembers everything as it is now. @param most the widest that will be asked for */
  constructor(most: Extent) {
    this.#common = common(most === 'all').map((one) => watched(one, false));
    if (most === 'common') return;
    this.#modules = modules().map((one) => watched(one, false));
    this.#engine = engine().map((one) => watched(one, COUNTED.has(one.name)));
    if (most === 'engine') return;
    this.#all = all().map((one) => watched(one, true));
  }

  /** Remembers one object as it is now: the engine has changed it itself. */
  remember(object: object): void {
    for (const list of [this.#common, this.#engine, this.#all])
      for (const [i, one] of list.entries()) if (one.object === object) list[i] = watchedAnew(one);
  }

  /**
   * Puts back what was changed. Its names are such as `Array.prototype.map`; mostly there are none.
   * Until it returns nothing built-in can be relied upon, not even a loop by `of`.
   */
  putBack(extent: Extent): Changes {
    const changes: Changes = { names: [], lasting: [] };
    if (extent === 'common' && this.#isCommon?.()) return changes;
    putBackAll(this.#common, changes);
    if (extent === 'common') {
      // Made when it pays, which is after many tasks; and of what is now back.
      this.#isCommon ??= comparisonOf(this.#common) ?? (() => false);
      return changes;
    }
    putBackAll(this.#engine, changes);
    if (extent === 'all') putBackAll(this.#all, changes);
    const before = changes.names.length;
    putBackAll(this.#modules, changes);
    // What is imported by name from them, too.
    if (changes.names.length > before) syncBuiltinESMExports();
    return changes;
  }
}

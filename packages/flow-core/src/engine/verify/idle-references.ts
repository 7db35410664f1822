/**
 * References that nobody follows: those of tasks of removed runs. Such a run may be there for a while since a command read it, and what
 * it refers to went with another one.
 */
import type { Kv } from '../../store/kv/kv';
import { keys } from '../../store/kv/row-keys';
import { type Needed, neededOf } from '../record/needed';
import { isThere } from './lost-ones';

export class IdleReferences {
  readonly #kv: Kv;
  readonly #needed = new Map<string, Promise<Needed | undefined>>();

  constructor(kv: Kv) {
    this.#kv = kv;
  }

  /** Whether no run that is there needs the task. @param by the one that refers: `movies/12/train/3` */
  async has(by: string): Promise<boolean> {
    const [flow = '', number, step = '', task] = by.split('/');
    const run = Number(number);
    if ((await isThere(this.#kv, keys.removed(flow, run))) !== true) return false;
    const name = `${flow}/${run}`;
    // Where they cannot be read, it may be needed.
    const needed =
      this.#needed.get(name) ?? neededOf({ kv: this.#kv }, flow, new Set([run]), []).catch(() => undefined);
    this.#needed.set(name, needed);
    return (await needed)?.has({ run, step, task: Number(task) }) === false;
  }
}

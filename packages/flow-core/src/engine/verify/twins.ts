/**
 * Records that are lost alone: their twins are there. Records come before their twins, by the order of keys. That a run is in the index of
 * no namespace, its row tells.
 */
import type { Kv } from '../../store/kv/kv';
import { keys } from '../../store/kv/row-keys';
import { twinOf } from '../../store/rows/twins';
import { isThere } from './lost-ones';

export class Twins {
  readonly #there = new Set<string>();
  readonly #alone: string[] = [];

  /** @param key of a record that is there, or of a twin. Returns the key of the record that its twin misses. */
  add(key: string): string | undefined {
    const [kind] = key.split('/', 1);
    if (kind === 'code' || kind === 'run' || kind === 'tag') this.#there.add(key);
    if (kind !== 'twin' || key.startsWith(keys.twin('namespace/'))) return undefined;
    if (this.#there.has(twinOf(key))) return undefined;
    this.#alone.push(twinOf(key));
    return twinOf(key);
  }

  /** Those that are still missed: some may have been written or removed meanwhile. */
  async lost(kv: Pick<Kv, 'inspect'>): Promise<string[]> {
    const lost: string[] = [];
    for (const key of this.#alone)
      if ((await isThere(kv, key)) === false && (await isThere(kv, keys.twin(key)))) lost.push(key);
    return lost;
  }
}

/** What lies on a disk: each file once, however many names it has. */

import type { Stats } from 'node:fs';
import { join } from 'node:path';
import { lstatAt } from '../../environment/look';
import { namesIn } from '../../store/folder/replaceable';

export interface Taken {
  files: number;
  /** Of files and folders. */
  bytes: number;
}

export class OnDisk {
  readonly #seen = new Set<string>();

  /** What a file or a folder takes beside all that was asked for before. */
  take(path: string): Taken {
    const found = lstatAt(path);
    const taken = { files: 0, bytes: 0 };
    if (!found) return taken;
    if (!this.#isKnown(found)) {
      taken.bytes = Math.min(found.blocks * 512, Math.max(found.size, found.isDirectory() ? 0 : 512));
      if (!found.isDirectory()) taken.files = 1;
    }
    if (!found.isDirectory()) return taken;
    for (const name of namesIn(path)) {
      const inner = this.take(join(path, name));
      taken.files += inner.files;
      taken.bytes += inner.bytes;
    }
    return taken;
  }

  #isKnown({ dev, ino }: Stats): boolean {
    const name = `${dev}:${ino}`;
    const known = this.#seen.has(name);
    this.#seen.add(name);
    return known;
  }
}

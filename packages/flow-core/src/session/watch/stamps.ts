/** What a file was when it was read: equal stamps mean equal bytes. */
import { type BigIntStats, readFileSync, statSync } from 'node:fs';
import { diskHost, type SourceHost } from '../../source/fingerprint/host';

/** A file that changed less than this before it was read may change again without another stamp: clocks of file systems tick. Milliseconds. */
const TICK_MS = 20;

/** Empty for what is not there. */
export function stampOf(path: string): string {
  return stampIn(statOf(path));
}

function stampIn(stats: BigIntStats | undefined): string {
  if (!stats) return '';
  // A folder changes with each entry, and none of them is read in its place.
  return stats.isFile() ? `${stats.ino} ${stats.size} ${stats.mtimeNs} ${stats.ctimeNs}` : 'no file';
}

/** When the newest of some files changed, or was put there. Undefined where none is there. Milliseconds since 1970. */
export function newestChange(paths: Iterable<string>): number | undefined {
  let newest: number | undefined;
  for (const path of paths) {
    const stats = statOf(path);
    if (stats) newest = Math.max(newest ?? 0, Number(stats.ctimeNs / 1000n) / 1000);
  }
  return newest;
}

function statOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    // A path through a file, or one that may not be looked at.
    return undefined;
  }
}

/** Reads sources from the disk, those that did not change only once; and knows what it has read. */
export class KeptSources implements SourceHost {
  /** Of every file that was looked for since {@link begin}: its stamp. */
  readonly #looked = new Map<string, string>();
  #kept = new Map<string, { stamp: string; bytes: Uint8Array }>();

  /** A look begins: what the last one did not look for is forgotten. */
  begin(): void {
    this.#kept = new Map([...this.#kept].filter(([file]) => this.#looked.has(file)));
    this.#looked.clear();
  }

  read(file: string): Uint8Array | undefined {
    const stats = statOf(file);
    const stamp = stampIn(stats);
    this.#looked.set(file, stamp);
    if (!stats?.isFile()) return undefined;
    const kept = this.#kept.get(file);
    if (kept?.stamp === stamp) return kept.bytes;
    this.#kept.delete(file);
    let bytes: Uint8Array;
    try {
      bytes = readFileSync(file);
    } catch {
      return undefined;
    }
    if (Date.now() - Number(stats.ctimeMs) > TICK_MS) this.#kept.set(file, { stamp, bytes });
    return bytes;
  }

  readonly realpath = diskHost.realpath;

  /** All files that were looked for, whether they are there or not. */
  get looked(): ReadonlyMap<string, string> {
    return this.#looked;
  }
}

/**
 * Milliseconds since the newest change. Where a clock is not ours, since it was heard of.
 * @param since milliseconds since 1970
 */
export function latencyOf({ files, since }: { files: ReadonlySet<string>; since: number }): number {
  const now = Date.now();
  const changed = newestChange(files);
  return now - (changed !== undefined && changed <= now && changed > since - 1000 ? changed : since);
}

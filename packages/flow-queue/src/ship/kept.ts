/**
 * A folder of entries that are made once and used by several workers: each is made beside its place and moved there, so that it is
 * there whole or not at all; each knows who uses it; those that nobody has used for days are removed.
 */
import { existsSync, statSync, utimesSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { requirePrivate, temporaryIn, temporaryName } from '@nx-flow/core/queue';

/** Not used for so long: 7 days. Milliseconds. */
const OLD_MS = 7 * 24 * 60 * 60_000;

/** What has not been used for the longest goes where there are more. */
const MOST = 30;

/** A worker writes its mark anew this often, and one of another machine counts as gone when it has not for a day. Milliseconds. */
const RENEW_MS = 60 * 60_000;
const GONE_MS = 24 * RENEW_MS;

export interface Held {
  /** What was made. */
  folder: string;
  /** It may be removed, as far as this user of it is concerned. */
  release(): Promise<void>;
}

export class Kept {
  readonly #root: string;

  /** @param root one user alone can enter it */
  constructor(root: string) {
    this.#root = root;
  }

  /**
   * An entry, which nobody removes until it is released.
   * @param make fills the folder where there is no such entry
   */
  async hold(name: string, make: (folder: string) => Promise<void>): Promise<Held> {
    requirePrivate(this.#root);
    for (;;) {
      const held = await this.#take(name);
      if (held) return held;
      await this.#make(name, make);
    }
  }

  async #take(name: string): Promise<Held | undefined> {
    const entry = join(this.#root, name);
    const mark = join(entry, 'users', temporaryName());
    try {
      await writeFile(mark, '', { mode: 0o600 });
      // Whoever removes it has seen the mark, or it is gone from here.
      const now = new Date();
      utimesSync(join(entry, 'content'), now, now);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    const renew = setInterval(() => void writeFile(mark, '').catch(() => {}), RENEW_MS).unref();
    return {
      folder: join(entry, 'content'),
      async release() {
        clearInterval(renew);
        await rm(mark, { force: true });
      },
    };
  }

  async #make(name: string, make: (folder: string) => Promise<void>): Promise<void> {
    const temporary = join(this.#root, temporaryName());
    try {
      for (const folder of ['', 'content', 'users']) await mkdir(join(temporary, folder), { mode: 0o700 });
      await make(join(temporary, 'content'));
      const entry = join(this.#root, name);
      await rename(temporary, entry).catch((error) => {
        // Another worker has made it meanwhile.
        if (!existsSync(join(entry, 'content'))) throw error;
      });
    } finally {
      await rm(temporary, { recursive: true, force: true, maxRetries: 3 });
    }
  }

  /** Removes what was not used for long, and what killed workers left half made. @param now milliseconds since 1970 */
  async sweep(now = Date.now()): Promise<void> {
    for (const path of temporaryIn(this.#root).left) await rm(path, { recursive: true, force: true });
    const names = await readdir(this.#root).catch(() => []);
    const entries = names.flatMap((name) => {
      const usedAt = name.startsWith('.') ? undefined : lastUse(join(this.#root, name));
      return usedAt === undefined ? [] : [{ entry: join(this.#root, name), usedAt }];
    });
    const newestFirst = entries.sort((a, b) => b.usedAt - a.usedAt);
    for (const [rank, { entry, usedAt }] of newestFirst.entries())
      if (rank >= MOST || now - usedAt > OLD_MS) await this.#remove(entry, now);
  }

  async #remove(entry: string, now: number): Promise<void> {
    if (isUsed(entry, now)) return;
    const away = join(this.#root, temporaryName());
    try {
      await rename(entry, away);
      // Somebody has begun to use it in between.
      if (isUsed(away, now)) await rename(away, entry);
    } catch {}
    await rm(away, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Those of this machine that have ended do not count. */
function isUsed(entry: string, now: number): boolean {
  return temporaryIn(join(entry, 'users')).used.some((mark) => {
    const found = statSync(mark, { throwIfNoEntry: false });
    return found !== undefined && now - found.mtimeMs < GONE_MS;
  });
}

const lastUse = (entry: string) => statSync(join(entry, 'content'), { throwIfNoEntry: false })?.mtimeMs;

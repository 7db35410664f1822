/** Keeps every broker from a database without opening it: LevelDB would change it, and a damaged one cannot be opened. */
import { existsSync, linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** How often to try. Milliseconds. */
const PAUSE_MS = 100;

/**
 * Holds LevelDB's lock of a database. The lock is one of the file, whatever its name is: a database of its own, with a link to that
 * file as its lock, takes it.
 * @param folder the database's
 * @param beside an empty place on the same disk
 * @param patience milliseconds to wait for whoever has it
 * @returns what lets go of it; undefined where another process has it
 */
export async function holdDatabase(
  folder: string,
  beside: string,
  patience: number,
): Promise<(() => Promise<void>) | undefined> {
  const lock = join(folder, 'LOCK');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!existsSync(lock)) writeFileSync(lock, '', { mode: 0o600, flag: 'wx' });
  mkdirSync(beside, { recursive: true, mode: 0o700 });
  linkSync(lock, join(beside, 'LOCK'));
  const { Level } = await import('level');
  const until = performance.now() + patience;
  for (;;) {
    const level = new Level(beside);
    try {
      await level.open();
      return async () => {
        await level.close();
        rmSync(beside, { recursive: true, force: true });
      };
    } catch (error) {
      if ((error as { cause?: { code?: string } }).cause?.code !== 'LEVEL_LOCKED') throw error;
      if (performance.now() > until) return undefined;
    }
    await delay(PAUSE_MS);
  }
}

/**
 * Which process serves a store, for the line that names it when it does not answer; and whether the last one left because nobody
 * needed it, for its successor. Only that is ever marked, and by renaming, which needs no room: a broker that died, or could not
 * write on a full disk, has left no mark, and its clients may be alive.
 */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = 'broker.pid';
const LEFT = 'broker.left';

/** Call when this process has the database open. Without room for the file, the line lacks the process. */
export function notePid(store: string): void {
  try {
    rmSync(join(store, LEFT), { force: true });
    writeFileSync(join(store, FILE), `${process.pid}\n`, { mode: 0o600 });
  } catch {}
}

/** Call when this process is about to open the database. @param news what it does: `is looking at its tables: 12 of 300` */
export function noteNews(store: string, news: string): void {
  try {
    writeFileSync(join(store, FILE), `${process.pid}\n${news}\n`, { mode: 0o600 });
  } catch {}
}

/** What a broker does before it listens. Undefined where none has said that. */
export function newsOf(store: string): string | undefined {
  return livingBroker(store)?.news;
}

/** Whether the last broker left when it had no clients. Call before {@link notePid}. */
export function hadLeft(store: string): boolean {
  return existsSync(join(store, LEFT));
}

/** Call when the last client has left, or when those that are there hold nothing. */
export function noteLeft(store: string): void {
  try {
    renameSync(join(store, FILE), join(store, LEFT));
  } catch {
    // There was no room for the file, or the store is gone: the next broker waits for those who do not come.
  }
}

/** Call when others may have used the store meanwhile. */
export function forgetLeft(store: string): void {
  try {
    rmSync(join(store, LEFT), { force: true });
  } catch {}
}

/** `the store's broker (process 1234)`, without the process where that is not known, or is gone. */
export function brokerName(store: string, pid = livingBroker(store)?.pid): string {
  return `The store's broker${pid === undefined ? '' : ` (process ${pid})`}`;
}

function livingBroker(store: string): { pid: number; news: string | undefined } | undefined {
  try {
    const [first, news] = readFileSync(join(store, FILE), 'utf8').split('\n');
    const pid = Number(first);
    if (!Number.isSafeInteger(pid) || pid <= 1) return undefined;
    process.kill(pid, 0);
    return { pid, news: news || undefined };
  } catch {
    return undefined;
  }
}

/**
 * Which process serves a store: for the line that names it when it does not answer, and for its successor. A broker that left
 * because nobody needed it removes the file. So where it is still there, the last one died, and clients of its may be alive.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = 'broker.pid';

/** Call when this process has the database open. Without room for the file, the line lacks the process. */
export function notePid(store: string): void {
  try {
    writeFileSync(join(store, FILE), `${process.pid}\n`, { mode: 0o600 });
  } catch {}
}

/** Whether the last broker left when it had no clients. Call before {@link notePid}. */
export function hadLeft(store: string): boolean {
  return !existsSync(join(store, FILE));
}

/** Call when the last client has left. */
export function noteLeft(store: string): void {
  rmSync(join(store, FILE), { force: true });
}

/** `the store's broker (process 1234)`, without the process where that is not known, or is gone. */
export function brokerName(store: string, pid = livingPid(store)): string {
  return `The store's broker${pid === undefined ? '' : ` (process ${pid})`}`;
}

function livingPid(store: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(store, FILE), 'utf8'));
    if (!Number.isSafeInteger(pid) || pid <= 1) return undefined;
    process.kill(pid, 0);
    return pid;
  } catch {
    return undefined;
  }
}

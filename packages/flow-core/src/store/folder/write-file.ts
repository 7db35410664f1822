/** Writes a small file so that a crash, also of the machine, leaves the old one or the new one. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryName } from '../../environment/temporary';

/** Synced with its folder before it returns. Two processes must not write one file at once. */
export function writeFileWhole(file: string, text: string): void {
  const temporary = join(dirname(file), temporaryName());
  try {
    const fd = openSync(temporary, 'w', 0o600);
    try {
      writeSync(fd, text);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(dirname(file));
}

/** Makes the names in a folder survive a power loss. Windows has no such call, and keeps them by itself. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

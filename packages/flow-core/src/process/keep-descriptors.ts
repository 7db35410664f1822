/**
 * Keeps the file descriptors with which a process begins: its streams, its channel, and those of Node itself. A number that
 * a flow closes is given to the next file or socket: what is printed would go into the store's socket.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { devNull } from 'node:os';

let kept = 0;

/** Call before code of a flow is imported. To close one of the descriptors that are open now does nothing from then on. */
export function keepDescriptors(): void {
  if (kept > 0) return;
  // The lowest free number: all below are in use.
  const free = fs.openSync(devNull, 'r');
  fs.closeSync(free);
  kept = free;
  const { close, closeSync } = fs;
  fs.closeSync = (fd) => {
    if (!isKept(fd)) closeSync(fd);
  };
  const closeOther = (fd: number, done?: fs.NoParamCallback) => {
    if (!isKept(fd)) return done ? close(fd, done) : close(fd);
    if (done) process.nextTick(done, null);
  };
  fs.close = Object.assign(closeOther, { __promisify__: close.__promisify__ }) as typeof fs.close;
  syncBuiltinESMExports();
}

function isKept(fd: unknown): boolean {
  return typeof fd === 'number' && fd >= 0 && fd < kept;
}

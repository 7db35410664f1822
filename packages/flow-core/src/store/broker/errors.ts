/** What a client is told when the broker could not do it. */
import { join } from 'node:path';
import { FlowError } from '../../definition/errors';
import { noRoom, storeFull } from '../folder/no-room';
import { type Complaint, LARGEST } from './protocol';

export function tooLarge(bytes: number): FlowError {
  const mb = (n: number) => Math.ceil(n / 1024 / 1024);
  return new FlowError(
    'FLOW_STORE_FAILED',
    `The store takes ${mb(LARGEST)} MB at once, and this has ${mb(bytes)} MB: a parameter, a name or an error is too large.`,
    { exit: 1 },
  );
}

export function brokerError(store: string, error: Complaint): FlowError {
  const { message, code } = error;
  const reason = noRoom(error);
  if (reason) return storeFull(store, reason);
  if (code?.startsWith('FLOW_')) return new FlowError(code, message);
  if (isDamage(message)) return damagedDatabase(store, message);
  return new FlowError(
    'FLOW_STORE_FAILED',
    `The store ${store} could not do it: ${message}${code ? ` (${code})` : ''}. See that its disk is sound, and do it again; nx-flow verify says whether the store is whole.`,
    { exit: 1 },
  );
}

/** What LevelDB says of tables and manifests that it cannot read. A table that was cut off is an invalid argument to it. */
export function isDamage(message: string): boolean {
  return /^Corruption: |\.(ldb|sst): Invalid argument|\.(ldb|sst): No such file/.test(message);
}

/** @param message LevelDB's */
export function damagedDatabase(store: string, message: string): FlowError {
  return new FlowError(
    'FLOW_STORE_CORRUPT',
    `The database ${join(store, 'db')} is damaged: ${message}. Restore the store from a copy, or salvage what is whole by nx-flow verify --repair.`,
    { exit: 1 },
  );
}

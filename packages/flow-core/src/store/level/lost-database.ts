/** A store whose database is gone, while files beside it say that there was one. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FlowError } from '../../definition/errors';

/** Each is written after the database was made. */
const BESIDE = ['numbers.json', 'generation'];

/**
 * Call where a store has no database, before one is made.
 * @throws FlowError FLOW_STORE_CORRUPT
 */
export function requireNew(store: string): void {
  const file = besideDatabase(store);
  if (file === undefined) return;
  throw new FlowError(
    'FLOW_STORE_CORRUPT',
    `The store ${store} has lost its database: ${join(store, 'db')} is gone or empty, while ${file} says that there was one. Nothing was changed: restore the folder from a copy, note what is lost by nx-flow verify --repair, or remove ${store} to begin with an empty store.`,
    { exit: 1 },
  );
}

/** The file that says that there was a database. */
export function besideDatabase(store: string): string | undefined {
  return BESIDE.map((name) => join(store, name)).find((file) => existsSync(file));
}

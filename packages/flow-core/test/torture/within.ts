/** Bounds: what does not end in time hangs, and counts as such. */
import { openStore } from '../../src/store/open';
import type { Store } from '../../src/store/store';

/** The longest that a command or a reading may take: that a broker is silent is noticed within 30 s. Milliseconds. */
const IN_TIME_MS = 60_000;

export class Hang extends Error {}

export async function within<T>(work: Promise<T>, what: string, ms = IN_TIME_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Hang(`${what} does not end.`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Opens a store in this process, and closes it. */
export async function withStore<T>(folder: string, use: (store: Store) => Promise<T>): Promise<T> {
  const store = openStore(folder);
  try {
    return await within(use(store), `reading ${folder}`);
  } finally {
    await within(store.close(), `closing ${folder}`);
  }
}

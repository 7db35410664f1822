/** Reads a range of a database so that nothing of it is passed over in silence. */
import type { Level } from 'level';
import type { Entry, KeyRange } from '../kv/kv';

/** Entries that LevelDB gives at once. */
const AT_MOST = 1000;

interface Options extends KeyRange {
  reverse: boolean;
  limit: number;
  highWaterMarkBytes?: number;
  /** False: the values are undefined. */
  values?: boolean;
}

/** What `all()` of an iterator reads by: it knows of a reading that goes on when the database is closed. */
interface NativeIterator {
  _nextv(size: number, options: object): Promise<Entry[]>;
  _all(options: object): Promise<Entry[]>;
  all(): Promise<Entry[]>;
}

/**
 * LevelDB passes over a block that it cannot read, and says so only at the end of a range: so more is asked for than there can be,
 * which `all()` by itself does not.
 * @param look is given each entry, and gives it on; the next ones are read meanwhile
 */
export function entriesOf(
  db: Level<string, Uint8Array>,
  options: Options,
  look: (entry: Entry) => Entry = (entry) => entry,
): Promise<Entry[]> {
  const iterator = db.iterator(options) as unknown as NativeIterator;
  iterator._all = async (how) => {
    const found: Entry[] = [];
    const next = (coming: number) => {
      const some = iterator._nextv(Math.min(options.limit + 1 - found.length - coming, AT_MOST), how);
      some.catch(() => {});
      return some;
    };
    for (let coming = next(0); ; ) {
      const some = await coming;
      if (some.length === 0) return found;
      coming = next(some.length);
      try {
        for (const entry of some) found.push(look(entry));
      } catch (error) {
        // The iterator must not be closed before.
        await coming.catch(() => {});
        throw error;
      }
    }
  };
  return iterator.all();
}

/** The keys of a range, of which no value is read. */
export async function keysOf(db: Level<string, Uint8Array>, options: Options): Promise<string[]> {
  return (await entriesOf(db, { ...options, values: false })).map(([key]) => key);
}

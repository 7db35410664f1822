/** Removes the records of removed runs whose numbers follow one another, by one look at each kind of record. */
import { type KeyRange, type Op, scan } from '../../store/kv/kv';
import { keys, lastNumber, prefixRange } from '../../store/kv/row-keys';
import { IN_FILES, unpackArtifact } from '../../store/rows/records';
import type { Store } from '../../store/store';
import type { Needed } from '../record/needed';

/** Runs of a flow, from one to another, all of which were removed. */
export interface Span {
  flow: string;
  first: number;
  last: number;
}

/** Removes what it is given in batches. Another may add to it meanwhile. */
export class Removal {
  readonly #store: Store;
  #ops: Op[] = [];
  /** How many records went. */
  records = 0;
  /** The runs of which records went. */
  readonly runs = new Set<number>();
  /** The bytes that were named by records that went: others may name them, too. */
  readonly hashes: Set<string>;

  constructor(store: Store, hashes: Set<string>) {
    this.#store = store;
    this.hashes = hashes;
  }

  async remove(key: string, run: number): Promise<void> {
    this.records++;
    this.runs.add(run);
    this.#ops.push({ key, value: undefined });
    if (this.#ops.length >= GROUP) await this.#store.kv.batch(this.#ops.splice(0));
  }

  /** The rest, together with what says that nothing is left. */
  async end(ops: readonly Op[]): Promise<void> {
    await this.#store.commit([...this.#ops.splice(0), ...ops]);
  }
}

/** Operations of one batch. */
const GROUP = 4096;

/** Records in one page. Only their keys are sent, but the broker reads what was printed, too. */
const PAGE = 128;

/** A text that no value has: a key is all that is asked for. */
const ONLY_KEYS = ['\u0000no value\u0000'];

/** Kinds of records of which a repair notes what it found lost. */
const LOST = ['artifact', 'card', 'code', 'log', 'part', 'tag', 'task'];

export async function clearSpan(store: Store, span: Span, needed: Needed, removal: Removal): Promise<void> {
  const { flow } = span;
  const each = async (
    of: (run: number) => string,
    goes: (parts: string[], run: number, value: Uint8Array) => boolean,
    having = ONLY_KEYS,
  ) => {
    for await (const [key, value] of scan(store.kv, { ...rangeOf(span, of), having }, PAGE)) {
      const parts = key.split('/');
      const run = Number(parts[parts[0] === 'lost' || parts[0] === 'twin' ? 3 : 2]);
      if (goes(parts, run, value)) await removal.remove(key, run);
    }
  };
  const ofTask = ([, , , step = '', task]: string[], run: number) =>
    !needed.has({ run, step, task: Number(task) });
  await each((run) => keys.tasks(flow, run), ofTask);
  await each((run) => keys.logs(flow, run), ofTask);
  await each((run) => keys.cards(flow, run), ofTask);
  await each((run) => keys.parts(flow, run), ofTask);
  await each(
    (run) => keys.artifacts(flow, run),
    (parts, run, value) => {
      if (!ofTask(parts, run)) return false;
      const hash = value.length > 0 ? unpackArtifact(value).hash : undefined;
      if (hash !== undefined) removal.hashes.add(hash);
      return true;
    },
    IN_FILES,
  );
  for (const prefixOf of withTwins((run) => keys.tags(flow, run))) await each(prefixOf, () => true);
  // What a repair found lost is missed by who needs it.
  const isMissed = ([, kind, , , step = '', task]: string[], run: number) =>
    kind === 'code'
      ? needed.count(run) > 0
      : task !== undefined && needed.has({ run, step, task: Number(task) });
  for (const kind of LOST)
    await each(
      (run) => keys.lost(keys.run(flow, run).replace(/^run/, kind)),
      (parts, run) => !isMissed(parts, run),
    );
  // Of a task that is needed, one may ask which code it was.
  for (const prefixOf of withTwins((run) => keys.code(flow, run)))
    await each(prefixOf, (_, run) => needed.count(run) === 0);
}

/** The twins go first: one that is left would say that its record is lost. */
const withTwins = (of: (run: number) => string) => [(run: number) => keys.twin(of(run)), of];

/** The index of equal tasks has the number of the run last. */
export async function clearReuse(
  store: Store,
  flow: string,
  runs: ReadonlySet<number>,
  removal: Removal,
): Promise<void> {
  for await (const [key] of scan(store.kv, { ...prefixRange(keys.reusable(flow)), having: ONLY_KEYS }))
    if (runs.has(lastNumber(key))) await removal.remove(key, lastNumber(key));
}

/** All keys from those of its first run to those of its last one. @param of the beginning of a run's keys */
export function rangeOf({ first, last }: Span, of: (run: number) => string): KeyRange {
  return { gte: of(first), lt: prefixRange(of(last)).lt };
}

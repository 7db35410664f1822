/**
 * Writes what could be read of a damaged database into a new one. What is derived, such as indexes and the newest numbers, is made
 * anew; what is lost is noted, for whoever asks for it later. Nothing else is added. Long, because what is met of one record
 * decides what becomes of others.
 */
import type { Cas } from '../../store/cas/cas';
import { importNonce } from '../../store/imports';
import { type Kv, scan } from '../../store/kv/kv';
import { keys, prefixRange } from '../../store/kv/row-keys';
import { type Contents, isWhole, RECORD_KINDS, Tally } from '../../store/rows/contents';
import { fromJson } from '../../store/rows/json';
import { lostRecord } from '../../store/rows/lost-records';
import type { LostRow } from '../../store/rows/missing-rows';
import type { ArtifactRecord, RunRow, TaskRow } from '../../store/rows/rows';
import type { Salvaged } from '../../store/salvage/salvage';
import { canBe } from './can-be';
import { Marks } from './marks';
import { TakenNumbers } from './missing-runs';
import { isHash, NamedFiles } from './named-files';
import type { RunName } from './problem';
import { type Kind, kindOf, readRecord, type StoreRecord } from './read-record';
import { References } from './references';
import { Twins } from './twins';
import { Writer } from './writer';

export interface RebuildOptions {
  cas: Cas;
  /** The newest number of each counter that is noted beside the database. */
  numbers: ReadonlyMap<string, number>;
  /** Look at the bytes of every file, too. */
  readData: boolean;
  /** Files of the database are gone or damaged: what is not there was lost. */
  incomplete: boolean;
  /** Milliseconds since 1970. */
  at: number;
}

/** What was met of a run. */
interface Met {
  flow: string;
  run: number;
  tally: Tally;
  /** Its row, as it is recorded. */
  row?: Uint8Array;
  /** It was removed; with true, all of it. */
  removed?: boolean;
  /** An import took its number. Without a row it did not end, and no run is lost: by its mark, its records are removed later. */
  isImported?: boolean;
}

export interface Rebuilt {
  /** How many records could be read. */
  kept: number;
  /** What is lost, by the keys that it had. */
  lost: ReadonlyMap<string, LostRow>;
  /** Files that are not as they should be. */
  files: string[];
}

export async function rebuild(
  records: Iterable<Salvaged>,
  to: Kv,
  options: RebuildOptions,
): Promise<Rebuilt> {
  const work = new Rebuild(to, options);
  for (const one of records) await work.take(one);
  return work.finish();
}

/** Kinds of records that are made anew, or that nobody asks for. */
const NOT_NAMED: readonly Kind[] = ['namespace', 'counter', 'importing', 'nonce', 'lost', 'reuse', 'twin'];

/** Kinds that have no part in what is counted of a run. */
const NOT_COUNTED: readonly Kind[] = ['namespace', 'reuse', 'twin'];

class Rebuild {
  readonly #to: Writer;
  readonly #options: RebuildOptions;
  readonly #marks: Marks;
  readonly #runs = new Map<RunName, Met>();
  readonly #newest = new Map<string, number>();
  readonly #claimed = new TakenNumbers();
  readonly #files: NamedFiles;
  readonly #references: References;
  readonly #twins = new Twins();
  /** Tags that their twins brought back. */
  readonly #broughtBack = new Set<string>();
  /** Damaged records, whose keys may be what is damaged: at the end it is known whether there can be such ones. */
  readonly #doubtful: [Kind, string][] = [];
  /** Indexes of equal tasks, by the run that they lead to. */
  readonly #reuse: [run: RunName, key: string, value: Uint8Array][] = [];
  #kept = 0;

  constructor(to: Kv, options: RebuildOptions) {
    this.#to = new Writer(to);
    this.#options = options;
    this.#marks = new Marks(options.at);
    this.#files = new NamedFiles(options.cas);
    this.#references = new References(this.#to, (key) => this.#marks.add(key));
    for (const [counter, number] of options.numbers) this.#newest.set(counter, number);
  }

  async take({ key, value, isOlder }: Salvaged): Promise<void> {
    const kind = kindOf(key);
    const record = value && readRecord(key, value);
    // A newer nx-flow may have written it.
    if (kind === undefined) return value && this.#to.put(key, value);
    if (!record || 'message' in record) return void this.#doubtful.push([kind, key]);
    this.#kept++;
    if (record.run !== undefined && !NOT_COUNTED.includes(kind)) this.#note(record, value);
    await this.#missing(this.#twins.add(key), value);
    switch (kind) {
      // They are written when all is known.
      case 'run':
        if (isOlder) this.#marks.add(key, { end: true });
        return;
      case 'namespace':
        return;
      case 'reuse':
        this.#reuse.push([record.run as RunName, key, new Uint8Array(value)]);
        return;
      case 'counter':
        return this.#taken(key, Number(Buffer.from(value).toString('latin1')));
      case 'nonce':
        if (!this.#options.incomplete)
          this.#claimed.claimed(record.flow, Number(Buffer.from(value).toString('latin1')));
        break;
      case 'twin':
        if (/^twin\/(namespace|run)\//.test(key)) return;
        break;
      case 'lost':
        return this.#marks.keep(lostRecord(key, value));
      case 'artifact':
        this.#files.add(key, record.row as ArtifactRecord);
        break;
      case 'task':
        await this.#references.of(record.flow, numberOf(record.run), record.row as TaskRow);
    }
    await this.#to.put(key, value);
  }

  /** @param key of a record that is not there, as its twin says. A twin says all of a tag. */
  async #missing(key: string | undefined, value: Uint8Array): Promise<void> {
    if (key?.startsWith('tag/')) {
      this.#broughtBack.add(key);
      await this.#to.put(key, value);
    } else if (key?.startsWith(keys.allRuns())) this.#met(key);
    else if (key !== undefined) this.#marks.add(key);
  }

  async #damaged(kind: Kind, key: string): Promise<void> {
    switch (kind) {
      case 'taken':
        // That it is there says all.
        return this.#to.put(key, '');
      case 'removed':
        // So is this one. What other runs may need of the run stays.
        this.#met(key).removed = false;
        return this.#to.put(key, JSON.stringify({ at: this.#options.at, by: 'somebody', left: true }));
      default:
        if (!NOT_NAMED.includes(kind)) this.#marks.add(key);
    }
  }

  #taken(counter: string, number: number): void {
    this.#newest.set(counter, Math.max(number, this.#newest.get(counter) ?? 0));
  }

  /** @param key of one of its records */
  #met(key: string): Met {
    const [, flow = '', number = ''] = key.split('/');
    const run = `${flow}/${Number(number)}`;
    const met = this.#runs.get(run) ?? { flow, run: Number(number), tally: new Tally() };
    this.#runs.set(run, met);
    return met;
  }

  #note({ kind, key, flow, run = '', row }: StoreRecord, value: Uint8Array): void {
    this.#taken(keys.counter(flow), numberOf(run));
    const met = this.#met(key);
    if (kind === 'run') met.row = new Uint8Array(value);
    if (kind === 'importing') met.isImported = true;
    if (kind === 'removed') met.removed = fromJson<{ left?: boolean }>(value)?.left !== true;
    if (kind !== 'task' || (row as TaskRow).status !== 'running') met.tally.add(key, value);
  }

  async finish(): Promise<Rebuilt> {
    const { cas, readData } = this.#options;
    await this.#references.close();
    for (const [kind, key] of this.#doubtful)
      if (
        !this.#broughtBack.has(key) &&
        canBe(key, this.#newest, (run) => fromJson(this.#runs.get(run)?.row))
      )
        await this.#damaged(kind, key);
    const wrong = new Map<string, string>();
    await this.#files.verify(readData, ({ hash, keys: named }) => {
      // What is no sha256 has no file.
      wrong.set(hash, isHash(hash) ? (cas.path?.(hash) ?? '') : '');
      for (const key of named) this.#marks.add(key, { hash });
    });
    this.#marks.wholeAgain(wrong);
    for (const met of this.#runs.values()) await this.#finishRun(met);
    for (const [run, key, row] of this.#reuse)
      if (this.#runs.get(run)?.row && this.#runs.get(run)?.removed === undefined)
        await this.#to.put(key, row);
    for (const [counter, number] of this.#newest) this.#missingRuns(flowOf(counter), number);
    for (const [counter, number] of this.#newest) await this.#to.put(counter, String(number));
    for (const [key, row] of this.#marks.all) await this.#to.put(keys.lost(key), JSON.stringify(row));
    await this.#to.flush();
    return {
      kept: this.#kept,
      lost: this.#marks.added,
      files: [...wrong.values()].filter((path) => path !== ''),
    };
  }

  async #finishRun(met: Met): Promise<void> {
    const { flow, run, row: value, removed, isImported = false, tally } = met;
    const key = keys.run(flow, run);
    if (removed) await this.#remove(key);
    if (removed !== undefined) return;
    if (!value) return isImported ? undefined : this.#marks.add(key);
    const row = fromJson<RunRow>(value) as RunRow;
    const { contents } = row;
    const differs = contents && RECORD_KINDS.some((kind) => !isWhole(kind, contents, tally));
    if (differs || !contents || this.#marks.ofRun(key).length > 0) await this.#missingArtifacts(met);
    if (differs) this.#missingRecords(met, contents);
    const changed = differs || this.#marks.ofRun(key).some((one) => this.#marks.added.has(one));
    const counted = contents ? { contents: tally.contents } : {};
    const now = changed ? JSON.stringify({ ...row, ...counted, repaired: this.#options.at }) : value;
    const place = keys.inNamespace(flow, row.namespace, run);
    await this.#to.put(key, now);
    for (const made of [place, keys.twin(key), keys.twin(place)]) await this.#to.put(made, '');
    if (row.imported)
      await this.#to.put(keys.nonce(flow, importNonce(row.imported, row.namespace)), String(run));
  }

  #missingRuns(flow: string, newest: number): void {
    const isKnown = (run: number) => this.#runs.has(`${flow}/${run}`);
    for (const run of this.#claimed.missing(flow, newest, isKnown)) this.#marks.add(keys.run(flow, run));
  }

  /** What came back of a run that was removed is removed again. */
  async #remove(run: string): Promise<void> {
    for (const kind of [
      'artifact',
      'card',
      'code',
      'log',
      'part',
      'tag',
      'taken',
      'task',
      'twin/code',
      'twin/tag',
    ])
      for await (const [key] of scan(this.#to, prefixRange(run.replace(/^run/, kind))))
        await this.#to.remove(key);
    for (const key of this.#marks.ofRun(run)) this.#marks.drop(key);
  }

  /** Artifacts that a task says it stored, and that are not there. */
  async #missingArtifacts({ flow, run }: Met): Promise<void> {
    for await (const [, value] of scan(this.#to, prefixRange(keys.tasks(flow, run)))) {
      const { step, task, stored } = fromJson<TaskRow>(value) as TaskRow;
      const wanted = stored.map((name) => keys.artifact(flow, run, step, task, name));
      const found = wanted.length === 0 ? [] : await this.#to.getMany(wanted);
      for (const [i, key] of wanted.entries()) if (!found[i]) this.#marks.add(key);
    }
  }

  /** Records of which only the run's count is known. */
  #missingRecords(met: Met, contents: Contents): void {
    const { flow, run, tally } = met;
    const known = this.#marks.ofRun(keys.run(flow, run)).filter((key) => this.#isRecord(key));
    for (const [step, counts] of Object.entries(contents))
      for (const kind of RECORD_KINDS) {
        const within = `${keys.run(flow, run).replace(/^run/, kind)}/${step}/`;
        const named = known.filter((key) => key.startsWith(within)).length;
        const [recorded] = counts[kind] ?? [0];
        const [found] = tally.contents[step]?.[kind] ?? [0];
        const count = recorded - found - named;
        if (count > 0) this.#marks.add(within, { count });
      }
  }

  /** The record itself is lost, and not what it refers to. */
  #isRecord(key: string): boolean {
    const { hash, count } = this.#marks.all.get(key) ?? {};
    return hash === undefined && count === undefined;
  }
}

const numberOf = (run: RunName = '') => Number(run.slice(run.indexOf('/') + 1));
const flowOf = (counter: string) => counter.slice(counter.indexOf('/') + 1);

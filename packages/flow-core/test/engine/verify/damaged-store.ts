/** Stores on disk, opened without a broker, that a test damages. */
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Level } from 'level';
import { flow } from '../../../src/definition/flow';
import { recordedOutputs } from '../../../src/engine/record/read';
import type { Looked, StoreProblem } from '../../../src/engine/verify/problem';
import { type Repaired, repairStore } from '../../../src/engine/verify/repair';
import { verifyStore } from '../../../src/engine/verify/verify';
import { FileCas } from '../../../src/store/cas/cas';
import { isSealed } from '../../../src/store/kv/checksum';
import { scan } from '../../../src/store/kv/kv';
import { LevelKv } from '../../../src/store/level/level';
import { newestNumbers } from '../../../src/store/level/numbers';
import { record } from '../../../src/store/rows/records';
import type { CodeRow } from '../../../src/store/rows/rows';
import { Store } from '../../../src/store/store';
import { decodeArtifact } from '../../../src/store/values/artifacts';
import { MemoryEngine } from '../../kit/memory';
import { temporaryPlace } from '../../store/helpers/place';

const f = flow('films');
const start = f.start(({ log }) => {
  log('started');
  return { ns: [1, 2, 3], big: new Uint8Array(100_000).map((_, i) => i * i) };
});
const each = f.foreach('each', { after: start, over: 'ns' }, ({ input, log }) => {
  log(`got ${input}`);
  return { twice: input * 2 };
});
export const films = f.end(
  f.join('all', { after: each }, ({ inputs }) => ({
    sum: inputs.reduce((sum, { twice }) => sum + twice, 0),
  })),
);

export const CODE: CodeRow = { format: 1, parts: [], steps: {}, digests: {}, other: [], otherDigest: 'none' };

export type Rows = Map<string, string>;

export class DamagedStore {
  readonly #place = temporaryPlace();
  readonly folder = join(this.#place.folder, 'store');
  readonly db = join(this.folder, 'db');
  readonly #whole = join(this.#place.folder, 'whole');
  /** Of all records. */
  keys: string[] = [];

  /** @param fill what is recorded. Default: {@link filmRuns} */
  async make(fill: (store: Store) => Promise<void> = filmRuns): Promise<void> {
    mkdirSync(this.#whole);
    const store = await openIn(this.#whole);
    await fill(store);
    await store.close();
    this.fresh();
    this.keys = [...(await this.rows()).keys()];
    this.fresh();
  }

  /** As it was made. */
  fresh(): void {
    rmSync(this.folder, { recursive: true, force: true });
    cpSync(this.#whole, this.folder, { recursive: true });
  }

  open = () => openIn(this.folder);

  /** All records, or those whose checksums are right. */
  async rows(): Promise<Rows> {
    const store = await this.open();
    const rows: Rows = new Map();
    for await (const [key, value] of scan(store.kv, { gte: '', lt: '\x7f' })) rows.set(key, text(value));
    await store.close();
    return rows;
  }

  /**
   * Writes bytes as the database has them, with their checksums or without.
   * @param older the versions before stay in the files
   */
  async raw(ops: { key: string; value: Uint8Array | undefined }[], older = false): Promise<void> {
    const level = new Level<string, Uint8Array>(this.db, { valueEncoding: 'view' });
    await level.batch(
      ops.map(({ key, value }) =>
        value ? { type: 'put' as const, key, value } : { type: 'del' as const, key },
      ),
    );
    if (!older) await mergeTables(level);
    await level.close();
  }

  /** The keys of all that LevelDB itself reads, one by one, whose checksums are right. */
  async readable(): Promise<Set<string>> {
    const copy = `${this.folder}-copy`;
    rmSync(copy, { recursive: true, force: true });
    cpSync(this.db, copy, { recursive: true });
    const found = new Set<string>();
    const level = new Level<string, Uint8Array>(copy, { valueEncoding: 'view', createIfMissing: false });
    try {
      await level.open();
    } catch {
      return found;
    }
    for (const key of this.keys) {
      const value = await level.get(key).catch(() => undefined);
      if (value && isSealed(key, value)) found.add(key);
    }
    await level.close();
    return found;
  }

  /** Reads all of each run as commands do: what is lost is an error that says so. */
  async readAll(): Promise<void> {
    const store = await this.open();
    const told = async (read: () => Promise<unknown>) => {
      try {
        await read();
      } catch (error) {
        const { code, message } = error as { code?: string; message: string };
        if (code !== 'FLOW_STORE_CORRUPT' || !/ lost/.test(message)) throw error;
      }
    };
    for (const run of [1, 2, 3])
      await told(async () => {
        const row = await store.run('films', run);
        if (!row) return;
        await store.paramNames('films', run);
        for await (const _ of store.logs('films', run));
        for await (const task of store.tasks('films', run))
          await told(async () => {
            const outputs = await recordedOutputs(store, 'films', run, task);
            for (const record of outputs.values()) decodeArtifact(record, store.cas);
          });
      });
    await store.close();
  }

  /** The row of a run, if it is there; none, if that cannot be said. */
  rowOf = (store: Store, run: number) => store.run('films', run).catch(() => undefined);

  /** The files of the database that end so. */
  files(ending: RegExp): string[] {
    return readdirSync(this.db)
      .filter((name) => ending.test(name))
      .sort()
      .map((name) => join(this.db, name));
  }

  async verify(readData = true): Promise<Looked & { problems: string[] }> {
    const store = await this.open();
    const problems: StoreProblem[] = [];
    const numbers = newestNumbers(this.folder);
    const looked = await verifyStore(store, { readData, numbers, report: (one) => problems.push(one) });
    await store.close();
    return { ...looked, problems: problems.map(line) };
  }

  /** @throws where problems are left */
  async repair(): Promise<Repaired & { lines: string[] }> {
    const problems: StoreProblem[] = [];
    const repaired = await repairStore(this.folder, {
      readData: true,
      report: (one) => problems.push(one),
      patience: 0,
    });
    if (problems.length > 0) throw new Error(`After the repair: ${problems.map(line).join('\n')}`);
    return { ...repaired, lines: repaired.lost.map(line) };
  }

  dispose = () => this.#place.dispose();
}

/** Two runs, the second of which took tasks of the first over; and one with a tag. */
async function filmRuns(store: Store): Promise<void> {
  const engine = new MemoryEngine(store);
  const { run } = await engine.run(films);
  await engine.resume(films, run, 'all');
  await engine.run(films);
  await store.changeTags('films', 3, { add: ['best'] });
  await store.commit(record.code('films', 1, CODE));
}

async function openIn(folder: string): Promise<Store> {
  return new Store(await LevelKv.open(join(folder, 'db')), new FileCas(join(folder, 'cas')));
}

/** LevelDB drops older versions where it merges tables of two levels. */
async function mergeTables(level: Level<string, Uint8Array>): Promise<void> {
  for (let round = 0; round < 2; round++) {
    await level.batch(['\0', '\x7f'].map((key) => ({ type: 'del' as const, key })));
    await (level as unknown as { compactRange(a: string, b: string): Promise<void> }).compactRange(
      '\0',
      '\x7f',
    );
  }
}

const line = ({ where, message }: StoreProblem) => `${where} ${message}`;
export const text = (value: Uint8Array) => Buffer.from(value).toString('latin1');

/** What takes the space of a store: the records and the large values of each run. */
import { lstatAt } from '../../environment/look';
import type { Cas } from '../../store/cas/cas';
import { type Kv, scan } from '../../store/kv/kv';
import { prefixRange } from '../../store/kv/row-keys';
import { unpackArtifact } from '../../store/rows/records';

/** Bytes of a run. */
export interface RunUsage {
  flow: string;
  run: number;
  /** Its records, without what its tasks printed. */
  records: number;
  /** What its tasks printed. */
  logs: number;
  /** The files that its artifacts name, with their bytes. */
  files: Map<string, number>;
}

/** Records in one page: some have 32 KB. */
const PAGE = 128;

/** The kinds of records that a run has. */
const KINDS = [
  'artifact/',
  'card/',
  'code/',
  'log/',
  'part/',
  'run/',
  'tag/',
  'task/',
  'twin/code/',
  'twin/run/',
  'twin/tag/',
];

/** By run: `movies/12`. Also of removed runs, as far as something of them is there. */
export async function usageOfRuns({ kv, cas }: { kv: Kv; cas: Cas }): Promise<Map<string, RunUsage>> {
  const usage = new Map<string, RunUsage>();
  for (const kind of KINDS)
    for await (const [key, value] of scan(kv, prefixRange(kind), PAGE)) {
      const [flow = '', number] = key.split('/', 4).slice(kind.startsWith('twin/') ? 2 : 1);
      const run = Number(number);
      const name = `${flow}/${run}`;
      const found = usage.get(name) ?? { flow, run, records: 0, logs: 0, files: new Map() };
      usage.set(name, found);
      found[kind === 'log/' ? 'logs' : 'records'] += key.length + value.length;
      const hash = kind === 'artifact/' ? unpackArtifact(value).hash : undefined;
      if (hash !== undefined && !found.files.has(hash)) found.files.set(hash, sizeOf(cas, hash));
    }
  return usage;
}

function sizeOf(cas: Cas, hash: string): number {
  const path = cas.path?.(hash);
  return path === undefined ? 0 : (lstatAt(path)?.size ?? 0);
}

/** Bytes that go with runs, one after another: a file goes with the last run that names it. */
export class Shares {
  readonly #usage: ReadonlyMap<string, RunUsage>;
  readonly #names = new Map<string, number>();
  /** Of all runs. */
  total = 0;

  constructor(usage: ReadonlyMap<string, RunUsage>) {
    this.#usage = usage;
    for (const { records, logs, files } of usage.values()) {
      this.total += records + logs;
      for (const [hash, bytes] of files) {
        const names = this.#names.get(hash) ?? 0;
        if (names === 0) this.total += bytes;
        this.#names.set(hash, names + 1);
      }
    }
  }

  /** Takes a run out. Returns the bytes that go with it. */
  take(flow: string, run: number): number {
    const found = this.#usage.get(`${flow}/${run}`);
    if (!found) return 0;
    let gone = found.records + found.logs;
    for (const [hash, bytes] of found.files) {
      const names = (this.#names.get(hash) ?? 1) - 1;
      this.#names.set(hash, names);
      if (names === 0) gone += bytes;
    }
    this.total -= gone;
    return gone;
  }
}

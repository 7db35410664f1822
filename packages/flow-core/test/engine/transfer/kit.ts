/** Files of runs in memory, and two stores to carry them between. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportRun } from '../../../src/engine/transfer/export';
import { type Imported, importRun } from '../../../src/engine/transfer/import';
import { FileCas } from '../../../src/store/cas/cas';
import { type Kv, scan } from '../../../src/store/kv/kv';
import { MemoryKv } from '../../../src/store/kv/memory';
import type { RunRow, TaskRow } from '../../../src/store/rows/rows';
import { Store } from '../../../src/store/store';
import { placeOf, type Recorded } from '../../conformance/bench';

export async function exported(store: Store, flow: string, run: number, logs = true): Promise<Buffer> {
  const parts: Buffer[] = [];
  const sink = { write: async (bytes: Uint8Array) => void parts.push(Buffer.from(bytes)) };
  await exportRun({ store, run: (await store.run(flow, run)) as RunRow, sink, logs });
  return Buffer.concat(parts);
}

/** In pieces of one size: as a pipe gives them. */
export function imported(
  store: Store,
  file: Uint8Array,
  { namespace = 'user:tester', piece = 4096 }: { namespace?: string; piece?: number } = {},
): Promise<Imported> {
  async function* pieces() {
    for (let at = 0; at < file.length; at += piece) yield file.subarray(at, at + piece);
  }
  return importRun({ store, source: pieces(), name: 'the file', namespace, user: 'importer' });
}

/** A run as the conformance bench knows it, from its rows. */
export async function recordedRun(store: Store, row: RunRow): Promise<Recorded> {
  const tasks = new Map<string, TaskRow>();
  for await (const task of store.tasks(row.flow, row.run)) tasks.set(placeOf(task), task);
  return { run: row.run, row, tasks, executed: [], events: [] };
}

/** A store whose large values lie in files, in a folder of its own. */
export class FileStore {
  readonly folder: string;
  readonly kv: Kv;
  readonly store: Store;

  constructor(kv: Kv = new MemoryKv(), folder = mkdtempSync(join(tmpdir(), 'nx-flow-transfer-'))) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
    this.kv = kv;
    this.store = new Store(kv, new FileCas(join(this.folder, 'cas')));
  }

  /** Every key with its value, and every file. */
  async whole(): Promise<Record<string, string>> {
    const whole: Record<string, string> = {};
    for await (const [key, value] of scan(this.kv, { gte: '', lt: '\x7f' }))
      whole[key] = Buffer.from(value).toString('base64');
    for (const file of readdirSync(this.folder, { recursive: true }) as string[]) {
      // The folder itself may have been made.
      if (file !== 'cas') whole[file] = 'file';
    }
    return whole;
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Where each frame begins, and where the file ends. */
export function boundaries(file: Buffer): number[] {
  const found = [0, 8, 12];
  for (let at = 12; at < file.length; ) {
    const length = file.readUInt32LE(at + 1);
    const value = file.readUInt8(at) === 5 ? Number(file.readBigUInt64LE(at + 5 + 32)) : 0;
    if (value > 0) found.push(at + 5 + length);
    at += 5 + length + value;
    found.push(at);
  }
  return found;
}

/** What a store holds, in the words of flows: runs, tasks, artifacts, logs, on top of a Kv and a CAS. */
import type { Cas } from './cas';
import { keys, lastNumber, prefixRange } from './keys';
import { type Kv, type Op, scan } from './kv';
import type { ArtifactMeta, ArtifactRecord, LogRow, RunRow, TaskRow } from './rows';

/** Where an artifact lies: the task that stored it, and its name. */
export interface ArtifactAddress {
  flow: string;
  run: number;
  step: string;
  task: number;
  name: string;
}

export class Store {
  readonly kv: Kv;
  readonly cas: Cas;

  constructor(kv: Kv, cas: Cas) {
    this.kv = kv;
    this.cas = cas;
  }

  /** A fresh run number. The same nonce gets the same number, so a resend cannot take two. */
  claimRun(flow: string, nonce: string): Promise<number> {
    return this.kv.claim(keys.counter(flow), keys.nonce(flow, nonce));
  }

  commit(ops: readonly Op[], sync = true): Promise<void> {
    return this.kv.batch(ops, { sync });
  }

  async run(flow: string, run: number): Promise<RunRow | undefined> {
    return fromJson(await this.kv.get(keys.run(flow, run)));
  }

  /** Newest first. */
  async *runs(flow: string, namespace?: string): AsyncGenerator<RunRow, void, undefined> {
    const prefix = namespace === undefined ? keys.runs(flow) : keys.namespace(flow, namespace);
    for await (const [key, value] of scan(this.kv, { ...prefixRange(prefix), reverse: true })) {
      const row = namespace === undefined ? fromJson<RunRow>(value) : await this.run(flow, lastNumber(key));
      if (row) yield row;
    }
  }

  /** The newest run of a namespace: one reverse seek, whatever the number of runs. */
  async latest(flow: string, namespace: string): Promise<RunRow | undefined> {
    const [entry] = await this.kv.range({
      ...prefixRange(keys.namespace(flow, namespace)),
      reverse: true,
      limit: 1,
    });
    return entry && this.run(flow, lastNumber(entry[0]));
  }

  /** The flows that have runs: one seek each. */
  async flows(): Promise<string[]> {
    const names: string[] = [];
    let { gte, lt } = prefixRange(keys.allRuns());
    for (;;) {
      const [entry] = await this.kv.range({ gte, lt, limit: 1 });
      if (!entry) return names;
      const flow = entry[0].split('/')[1] as string;
      names.push(flow);
      gte = prefixRange(keys.runs(flow)).lt;
    }
  }

  async task(flow: string, run: number, step: string, task: number): Promise<TaskRow | undefined> {
    return fromJson(await this.kv.get(keys.task(flow, run, step, task)));
  }

  async taskRows(
    flow: string,
    run: number,
    tasks: readonly { step: string; task: number }[],
  ): Promise<(TaskRow | undefined)[]> {
    const values = await this.kv.getMany(tasks.map(({ step, task }) => keys.task(flow, run, step, task)));
    return values.map((value) => fromJson(value));
  }

  /** Of a run, or of one of its steps; by step, then by number. */
  async *tasks(flow: string, run: number, step?: string): AsyncGenerator<TaskRow, void, undefined> {
    for await (const [, value] of scan(this.kv, prefixRange(keys.tasks(flow, run, step)))) {
      yield fromJson<TaskRow>(value) as TaskRow;
    }
  }

  /** The names of a run's parameters. */
  async paramNames(flow: string, run: number): Promise<string[]> {
    const names: string[] = [];
    for await (const [key] of scan(this.kv, prefixRange(keys.params(flow, run)))) {
      names.push(decodeURIComponent(key.slice(key.lastIndexOf('/') + 1)));
    }
    return names;
  }

  async artifacts(addresses: readonly ArtifactAddress[]): Promise<(ArtifactRecord | undefined)[]> {
    const values = await this.kv.getMany(
      addresses.map((a) => keys.artifact(a.flow, a.run, a.step, a.task, a.name)),
    );
    return values.map((value) => (value ? unpackArtifact(value) : undefined));
  }

  async *logs(
    flow: string,
    run: number,
    step?: string,
    task?: number,
  ): AsyncGenerator<LogRow & { step: string; task: number; attempt: number }> {
    for await (const [key, value] of scan(this.kv, prefixRange(keys.logs(flow, run, step, task)))) {
      const [, , , s = '', t, attempt] = key.split('/');
      yield { ...(fromJson<LogRow>(value) as LogRow), step: s, task: Number(t), attempt: Number(attempt) };
    }
  }

  close(): Promise<void> {
    return this.kv.close();
  }
}

/** The operations that record something. Those of one event go into one batch. */
export const record = {
  run: (row: RunRow): Op[] => [
    { key: keys.run(row.flow, row.run), value: JSON.stringify(row) },
    { key: keys.inNamespace(row.flow, row.namespace, row.run), value: '' },
  ],
  task: (flow: string, run: number, row: TaskRow): Op => ({
    key: keys.task(flow, run, row.step, row.task),
    value: JSON.stringify(row),
  }),
  artifact: (address: ArtifactAddress, artifact: ArtifactRecord): Op => ({
    key: keys.artifact(address.flow, address.run, address.step, address.task, address.name),
    value: packArtifact(artifact),
  }),
  log: (
    flow: string,
    run: number,
    at: { step: string; task: number; attempt: number; seq: number },
    row: LogRow,
  ): Op => ({
    key: keys.log(flow, run, at.step, at.task, at.attempt, at.seq),
    value: JSON.stringify(row),
  }),
};

function fromJson<T>(value: Uint8Array | undefined): T | undefined {
  return value && JSON.parse(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8'));
}

/** One value: the length of the metadata, the metadata as JSON, the bytes unless they lie in the CAS. */
export function packArtifact({ bytes, ...meta }: ArtifactRecord): Uint8Array {
  const head = Buffer.from(JSON.stringify(meta));
  const packed = Buffer.allocUnsafe(4 + head.length + (bytes?.length ?? 0));
  packed.writeUInt32LE(head.length, 0);
  head.copy(packed, 4);
  if (bytes) packed.set(bytes, 4 + head.length);
  return packed;
}

export function unpackArtifact(value: Uint8Array): ArtifactRecord {
  const packed = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  const end = 4 + packed.readUInt32LE(0);
  const meta: ArtifactMeta = JSON.parse(packed.toString('utf8', 4, end));
  return meta.hash === undefined ? { ...meta, bytes: packed.subarray(end) } : meta;
}

/** A pool under test, what it works for, and a folder through which its steps and the test speak. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireGraph } from '../../definition/flow';
import type { Graph } from '../../definition/graph';
import { FileCas } from '../../store/cas/cas';
import { decodeArtifact, encodeArtifact } from '../../store/values/artifacts';
import type { TaskOutcome } from '../task/task';
import contractFlow from './contract-flow';
import { ContractHost } from './contract-host';
import type { Job } from './job';
import type { Pool, PoolHost } from './pool';

export interface PoolSetup {
  /** The flow, as a file and as it is. */
  file: string;
  graph: Graph;
  host: PoolHost;
  /** Where large values are written, and the folder of that. */
  cas: FileCas;
  folder: string;
  /** The most tasks at once. */
  max: number;
}

export interface OpenedPool {
  pool: Pool;
  /** How many tasks it has at once: `max`, or what it cannot change. */
  width: number;
}

export class PoolBench {
  readonly host: ContractHost;
  readonly pool: Pool;
  readonly width: number;
  readonly #cas: FileCas;
  readonly #folder: string;

  private constructor(host: ContractHost, opened: OpenedPool, cas: FileCas, folder: string) {
    this.host = host;
    this.pool = opened.pool;
    this.width = opened.width;
    this.#cas = cas;
    this.#folder = folder;
  }

  static async open(open: (setup: PoolSetup) => OpenedPool, max: number): Promise<PoolBench> {
    const folder = mkdtempSync(join(tmpdir(), 'nx-flow-pool-'));
    const casFolder = join(folder, 'cas');
    const cas = new FileCas(casFolder);
    const graph = requireGraph(contractFlow);
    const artifacts = { folder, list: Array.from({ length: 64 }, (_, n) => n), count: 3 };
    const host = new ContractHost(graph, folder);
    for (const [name, value] of Object.entries(artifacts)) {
      host.shown.set(name, { ...(await encodeArtifact(name, value, cas)), at: ContractHost.LABEL });
    }
    const file = join(__dirname, 'contract-flow.ts');
    return new PoolBench(host, open({ file, graph, host, cas, folder: casFolder, max }), cas, folder);
  }

  add(step: string, place: { attempt?: number; index?: number } = {}): Job {
    return this.host.add(step, place);
  }

  returned(outcome: TaskOutcome): Record<string, unknown> {
    assert.ok(outcome.status === 'done', `the task is ${outcome.status}`);
    return Object.fromEntries(
      outcome.result.stored.map(([name, record]) => [name, decodeArtifact(record, this.#cas)]),
    );
  }

  say(word: string): void {
    writeFileSync(join(this.#folder, word), '');
  }

  /** Resolves when a step has written this file. */
  async appears(name: string): Promise<void> {
    const watcher = watch(this.#folder);
    try {
      while (!existsSync(join(this.#folder, name))) await once(watcher, 'change');
    } finally {
      watcher.close();
    }
  }

  async dispose(): Promise<void> {
    // Steps in this process that wait still are let go.
    this.say('go');
    await this.pool.close();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

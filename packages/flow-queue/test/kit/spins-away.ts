/** Spins whose steps are executed by the workers of a queue: one pool for many of them, as a spin has one for itself. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filesHost } from '../../../flow-core/src/engine/pool/files-host';
import { type Job, jobOf, kindOf } from '../../../flow-core/src/engine/pool/job';
import type { Attachable, Pool, PoolHost } from '../../../flow-core/src/engine/pool/pool';
import type { SpinInputs, SpinOptions } from '../../../flow-core/src/engine/spin/spin';
import type { TaskOutcome } from '../../../flow-core/src/engine/task/task';
import type { View } from '../../../flow-core/src/engine/task/view';
import { FileCas } from '../../../flow-core/src/store/cas/cas';

export class SpinsAway {
  readonly #pool: Attachable;
  readonly #folder = mkdtempSync(join(tmpdir(), 'nx-flow-spins-'));
  readonly #waiting: Job[] = [];
  readonly #views = new Map<string, View>();
  readonly #ended = new Map<Job, (outcome: TaskOutcome) => void>();
  #fail: (error: unknown) => void = () => {};
  #attached: Pool | undefined;
  #count = 0;

  constructor(pool: Attachable) {
    this.#pool = pool;
  }

  /** What the next spin is given. */
  next(): Pick<SpinOptions, 'elsewhere' | 'away' | 'files'> {
    const folder = join(this.#folder, `${++this.#count}`);
    return {
      away: true,
      files: () => folder,
      elsewhere: (inputs) => this.#execute(inputs, folder),
    };
  }

  #execute({ resolved, run, spec, views }: SpinInputs, outputs: string): Promise<TaskOutcome> {
    for (const [label, view] of views) this.#views.set(label, view);
    const job = jobOf(resolved.node, { ...spec, task: `${this.#count}`, shown: 'spin', outputs }, undefined);
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      this.#ended.set(job, resolve);
      this.#waiting.push(job);
      this.#attached ??= this.#pool.attach(this.#host(run));
      this.#attached.wake();
    });
  }

  #host(run: SpinInputs['run']): PoolHost {
    const host: PoolHost = {
      run,
      pull: () => this.#waiting.shift(),
      pending: () => this.#waiting.length,
      kinds: () => this.#waiting.map(kindOf),
      view: (label) => this.#views.get(label) as View,
      started() {},
      log() {},
      late() {},
      silent() {},
      finished: (job, outcome) => this.#ended.get(job)?.(outcome),
      broken: (error) => this.#fail(error),
    };
    return filesHost(host, { cas: new FileCas(join(this.#folder, 'cas')), codecs: undefined });
  }

  async close(): Promise<void> {
    await this.#pool.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Fingerprints the code of a run, for the record: while the run executes, or before it, to find equal tasks of earlier runs. */
import { fingerprintHere, recordCode } from '../engine/record/code';
import type { Reuse } from '../engine/reuse/reuse';
import type { StepKey } from '../engine/reuse/step-keys';
import type { FlowEvent } from '../engine/task/flow-event';
import type { Fingerprints } from '../source/fingerprint';
import type { Session } from './session';
import type { Steady } from './steady';

export interface CodeRecordOptions {
  file: string;
  /** Where later runs may find the tasks of this one. Absent where they may not. */
  namespace?: string;
}

/** How often it is looked whether the code has changed since the run began. Milliseconds. */
const LOOK_MS = 5000;

export class CodeRecord {
  readonly #session: Session;
  readonly #options: CodeRecordOptions;
  #run = 0;
  #found: Fingerprints | undefined;
  #written: Promise<void> | undefined;
  #keys: ReadonlyMap<string, StepKey> | undefined;
  /** Whether the files are those that the tasks were executed with. */
  #steady: Steady | undefined;
  #reuses = false;
  #looked = 0;

  constructor(session: Session, options: CodeRecordOptions) {
    this.#session = session;
    this.#options = options;
  }

  hear(event: FlowEvent): void {
    if (event.type === 'run-started') this.#run = event.run ?? 0;
    // Not earlier: the first task must not wait for it or share the processor with it.
    if (event.type === 'task-started') this.#written ??= new Promise(setImmediate).then(() => this.#write());
    if (event.type === 'task-done' && this.#steady && performance.now() - this.#looked > LOOK_MS)
      void this.#index();
  }

  /** Before the run begins. Undefined where the code cannot be read, or has just changed: then no task may be taken over. */
  async reuse(): Promise<Reuse | undefined> {
    const { fingerprint = fingerprintHere, graph, workspace, store } = this.#session;
    const { file, namespace } = this.#options;
    const options = { flow: graph.flow, file, root: workspace };
    this.#found = await fingerprint(options).catch(() => undefined);
    await this.#readKeys();
    if (!this.#keys || namespace === undefined) return undefined;
    this.#reuses = true;
    const { Reuse } = await import('../engine/reuse/reuse');
    return new Reuse({ graph, store, namespace, keys: this.#keys });
  }

  async written(run: number): Promise<void> {
    this.#run = run;
    this.#written ??= this.#write();
    await this.#written;
    await this.#index();
  }

  async #write(): Promise<void> {
    const { store, graph, workspace, fingerprint } = this.#session;
    const options = { flow: graph.flow, run: this.#run, file: this.#options.file, root: workspace };
    const known = this.#found;
    this.#found = await recordCode(store, options, known ? async () => known : fingerprint);
    if (!known) await this.#readKeys();
    this.#looked = performance.now();
  }

  async #readKeys(): Promise<void> {
    const { graph, workspace, since } = this.#session;
    if (!this.#found || this.#options.namespace === undefined) return;
    const [{ stepKeys }, { Steady }] = await Promise.all([
      import('../engine/reuse/step-keys'),
      import('./steady'),
    ]);
    const steady = await Steady.of(this.#found, { graph, ...this.#options, workspace, since });
    if (!steady) return;
    this.#steady = steady;
    this.#keys = stepKeys(graph, this.#found, steady.seen);
  }

  /** Notes until when tasks were executed with this code. What changed since is in no index. */
  async #index(): Promise<void> {
    const { namespace } = this.#options;
    if (!this.#keys || !this.#steady || namespace === undefined) return;
    this.#looked = performance.now();
    // Before it is looked: what changes meanwhile counts as later.
    const until = Date.now();
    if (!this.#steady.holds()) {
      this.#steady = undefined;
      return;
    }
    const { writeReuseRows } = await import('../engine/reuse/index-rows');
    const { store, graph } = this.#session;
    const run = {
      flow: graph.flow,
      run: this.#run,
      namespace,
      ...(this.#reuses ? { reuse: true as const } : {}),
    };
    await writeReuseRows(store, { ...run, keys: this.#keys, until }).catch(() => {
      // A store that fails says so to the run itself.
    });
  }
}

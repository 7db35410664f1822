/** The Runner's backend in this process, for flows that a test has imported. */
import { existsSync } from 'node:fs';
import Module from 'node:module';
import { basename } from 'node:path';
import { FlowError } from '../definition/errors';
import { type Graph, hasPackages, type StepNode } from '../definition/graph';
import { isErrorLike } from '../definition/thrown';
import { withoutOptions } from '../definition/without';
import { InProcessPool } from '../engine/pool/in-process-pool';
import type { Job } from '../engine/pool/job';
import type { Installed } from '../engine/pool/packages';
import type { PoolHost } from '../engine/pool/pool';
import type { SpinOutcome } from '../engine/spin/outcome';
import { spinStoreFolder } from '../engine/spin/persisted';
import { fromRecord } from '../engine/task/error-record';
import type { Emit } from '../engine/task/flow-event';
import { findWorkspace } from '../environment/workspace';
import { executeRun } from '../session/run';
import type { Session } from '../session/session';
import { spinStep } from '../session/spin';
import { FLOW_FILE } from '../source/find';
import { memoryStore, openStore } from '../store/open';
import type { ErrorRecord } from '../store/rows/rows';
import type { Store } from '../store/store';
import { Artifacts, type Codecs } from '../store/values/artifacts';
import type { Backend, RunReply, RunRequest, SpinReply, SpinRequest } from './backend';
import { Calls } from './calls';
import { fingerprintOnce, gitStateOnce } from './code';
import { captureProcess, exclusively } from './console';
import { runRequest, sessionOf, spinRequest } from './sessions';

export class InProcess implements Backend {
  readonly #graph: Graph;
  readonly #folder: string | undefined;
  #store: Store | undefined;
  #spins: Store | undefined;
  readonly #calls = new Calls();

  /** @param folder the store's folder; undefined means a store in memory */
  constructor(graph: Graph, folder: string | undefined) {
    this.#graph = graph;
    this.#folder = folder;
  }

  store(): Store {
    this.#store ??= this.#folder === undefined ? memoryStore() : openStore(this.#folder);
    return this.#store;
  }

  spins(): Store {
    this.#spins ??= this.#folder === undefined ? memoryStore() : openStore(spinStoreFolder(this.#folder));
    return this.#spins;
  }

  async codecs(): Promise<Codecs> {
    return this.#graph.codecs;
  }

  spin(request: SpinRequest): Promise<SpinReply> {
    return this.#alone(`The spin of "${request.step}"`, async (signal) => {
      const printed = { stdout: '', stderr: '' };
      const store = request.alone ? memoryStore() : this.store();
      const graph = withoutOptions(this.#graph, request.without);
      const session = this.#session(graph, store, (event) => {
        if (event.type === 'task-log') printed[event.stream] += event.text;
      });
      let release = () => {};
      try {
        release = await this.#usePackages(graph, request.step, signal);
        const { outcome } = await spinStep(session, {
          ...(await spinRequest(session, request, () => this.spins())),
          processOwner: 'tests',
          signal,
          capture: captureProcess,
        });
        return {
          ...outcome,
          persisted: outcome.persisted,
          cards: outcome.cards ?? [],
          status: outcome.status === 'done' ? 'done' : 'failed',
          error: outcome.error && errorOf(outcome.error, outcome.thrown),
          ...printed,
          artifacts: artifactsOf(outcome, new Artifacts(store.cas, this.#graph.codecs)),
        };
      } finally {
        release();
      }
    });
  }

  #session(graph: Graph, store: Store, emit?: Emit): Session {
    const workspace = findWorkspace(process.cwd());
    const file = graph.where()?.replace(/:\d+:\d+$/, '');
    // A flow that a test declares itself has no flow file, so no command can compare its code.
    const known = file !== undefined && FLOW_FILE.test(file) && existsSync(file) ? { file } : {};
    const code = { fingerprint: fingerprintOnce, git: () => gitStateOnce(workspace) };
    return sessionOf(graph, store, { workspace, ...known, ...code }, emit);
  }

  /** Imports find the step's packages until the returned function is called. @throws FlowError FLOW_PACKAGES */
  async #usePackages(graph: Graph, step: string, signal: AbortSignal): Promise<() => void> {
    const node = graph.steps.get(step);
    if (!node || !hasPackages(node)) return () => {};
    requireOwnLoader(node);
    const [{ installOfSteps }, { usePackages }] = await Promise.all([
      import('../engine/pool/packages'),
      import('../source/packages/resolve'),
    ]);
    const workspace = findWorkspace(process.cwd());
    const installed = await installOfSteps(graph, new Set([step]), { workspace, signal });
    return usePackages(installed.get(step) as Installed);
  }

  run(request: RunRequest): Promise<RunReply> {
    return this.#alone(`The ${request.resume ? 'resumed ' : ''}run`, async (signal) => {
      for (const node of this.#graph.steps.values()) if (hasPackages(node)) requireOwnLoader(node);
      // Tasks run one after another, so all output is the current one's.
      let say: ((stream: 'stdout' | 'stderr', text: string) => void) | undefined;
      const thrown = new Map<ErrorRecord | undefined, unknown>();
      const listening = (host: PoolHost): PoolHost => ({
        ...host,
        started: (job: Job) => {
          say = (stream, text) => host.log(job, stream, text);
          host.started(job);
        },
        finished: (job, outcome) => {
          say = undefined;
          if (outcome.status === 'failed') {
            thrown.set(outcome.failure.error, outcome.failure.thrown);
          }
          host.finished(job, outcome);
        },
      });
      const restore = captureProcess((stream, text) => say?.(stream, text));
      try {
        const session = { ...this.#session(this.#graph, this.store()), signal };
        const pool = (host: PoolHost) =>
          new InProcessPool(this.#graph, session.store.cas, listening(host), signal);
        const outcome = await executeRun(session, await runRequest(session, request, { workers: 1, pool }));
        return {
          ...outcome,
          flow: this.#graph.flow,
          status: outcome.status === 'done' ? 'done' : 'failed',
          error: outcome.error && errorOf(outcome.error, thrown.get(outcome.error)),
        };
      } finally {
        restore();
      }
    });
  }

  /** One call after another, of all runners in this process. */
  #alone<T>(what: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return this.#calls.during(what, ({ begin, signal }) =>
      exclusively(() => {
        begin();
        return work(signal);
      }),
    );
  }

  async dispose(): Promise<void> {
    await this.#calls.end();
    await Promise.all([this.#store?.close(), this.#spins?.close()]);
    this.#store = this.#spins = undefined;
  }
}

/**
 * A test runner that loads modules itself, as jest and Vitest do, cannot be given a step's own packages.
 * @throws FlowError FLOW_PACKAGES
 */
function requireOwnLoader({ name, where }: StepNode): void {
  // jest's Module is its own class that extends Node's. Vitest does not replace it but loads modules without it.
  const standIn = Object.hasOwn(Object.getPrototypeOf(Module), '_load');
  if (!standIn && !('__vitest_worker__' in globalThis)) return;
  const file = where()?.replace(/:\d+:\d+$/, '');
  const message = `"${name}" has packages of its own, which a test runner that loads modules itself cannot give it: give the Runner the flow's file, new Runner('${file === undefined ? '….flow.ts' : basename(file)}').`;
  throw new FlowError('FLOW_PACKAGES', message);
}

/** The values that a step returned are in memory. Those that it passed on by reference are read on demand. */
function artifactsOf({ artifacts }: SpinOutcome, { decode }: Artifacts): SpinReply['artifacts'] {
  return artifacts.flatMap(({ name, change, value, reference }) =>
    change === 'gone' ? [] : [[name, () => (reference ? decode(reference) : value)]],
  );
}

/** The thrown object itself, if it is an Error of any realm. */
function errorOf(record: ErrorRecord, thrown: unknown): Error {
  return isErrorLike(thrown) ? (thrown as Error) : fromRecord(record);
}

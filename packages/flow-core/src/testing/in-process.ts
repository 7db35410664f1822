/** The Runner's work in this process: for flows that a test has imported. */
import type { Graph } from '../definition/graph';
import { Decoder } from '../engine/decoder';
import { fromRecord } from '../engine/error-record';
import { InProcessPool, type Job, type PoolHost } from '../engine/pool';
import type { SpinOutcome } from '../engine/spin';
import { memoryStore } from '../store/open';
import type { ErrorRecord } from '../store/rows';
import type { Store } from '../store/store';
import type { Backend, RunReply, RunRequest, SpinReply, SpinRequest } from './backend';
import { captureProcess, exclusively } from './console';
import { runWhole, spinStep } from './engine';

export class InProcess implements Backend {
  readonly #graph: Graph;
  readonly #open: () => Store;
  #store: Store | undefined;

  constructor(graph: Graph, open: () => Store) {
    this.#graph = graph;
    this.#open = open;
  }

  store(): Store {
    this.#store ??= this.#open();
    return this.#store;
  }

  spin(request: SpinRequest): Promise<SpinReply> {
    return exclusively(async () => {
      const printed = { stdout: '', stderr: '' };
      const heard = (stream: 'stdout' | 'stderr', text: string) => {
        printed[stream] += text;
      };
      const restore = captureProcess(heard);
      const store = request.alone ? memoryStore() : this.store();
      try {
        const outcome = await spinStep(this.#graph, store, request, heard, true);
        return {
          ...outcome,
          status: outcome.status === 'done' ? 'done' : 'failed',
          error: outcome.error && errorOf(outcome.error, outcome.thrown),
          ...printed,
          artifacts: artifactsOf(outcome, new Decoder(store.cas)),
        };
      } finally {
        restore();
      }
    });
  }

  run(request: RunRequest): Promise<RunReply> {
    return exclusively(async () => {
      // Tasks come one after another, so what is printed is the current one's.
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
        const outcome = await runWhole(this.#graph, this.store(), request, {
          workers: 1,
          pool: (host) => new InProcessPool(this.#graph, this.store().cas, listening(host)),
        });
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

  async dispose(): Promise<void> {
    await this.#store?.close();
    this.#store = undefined;
  }
}

/** What a step returned is at hand; what it passed on by reference is read when it is asked for. */
function artifactsOf({ artifacts }: SpinOutcome, { decode }: Decoder): SpinReply['artifacts'] {
  return artifacts.flatMap(({ name, change, value, reference }) =>
    change === 'gone' ? [] : [[name, () => (reference ? decode(reference) : value)]],
  );
}

/** The very thing that was thrown, where it is an Error, of whichever realm. */
function errorOf(record: ErrorRecord, thrown: unknown): Error {
  const isError = thrown instanceof Error || Object.prototype.toString.call(thrown) === '[object Error]';
  return isError ? (thrown as Error) : fromRecord(record);
}

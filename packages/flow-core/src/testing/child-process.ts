/** The Runner's backend in child processes, for flows given by their file. Each call has its own process. */
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FlowError } from '../definition/errors';
import { diedError } from '../engine/contain/left';
import { ImportPatience } from '../engine/pool/import-patience';
import { spinStoreFolder } from '../engine/spin/persisted';
import { fromRecord } from '../engine/task/error-record';
import { packageFile } from '../environment/package-root';
import { endProcesses } from '../process/end-processes';
import { OrphanGuard } from '../process/orphan-guard';
import { familyOf, listProcesses } from '../process/process-table';
import { type StartedProcess, startProcess } from '../process/start-process';
import { IMPORT_TIMEOUT_MS, SLOW_MS } from '../source/import-watch';
import { FileCas } from '../store/cas/cas';
import { openStore } from '../store/open';
import type { Store } from '../store/store';
import { Artifacts, type Codecs, encodeArtifact, isBuiltIn } from '../store/values/artifacts';
import type { Backend, RunReply, RunRequest, SpinReply, SpinRequest } from './backend';
import { type Call, Calls } from './calls';
import {
  type FromChild,
  type ImportDone,
  type Leaving,
  type Order,
  packFiles,
  type ToChild,
} from './protocol';

/** What a child takes to start, about, before it imports. Milliseconds. */
const CHILD_START_MS = 2000;

export class ChildProcesses implements Backend {
  readonly #file: string;
  readonly #folder: string | undefined;
  readonly #importTimeoutMs: number;
  #temporary: string | undefined;
  #hasCodecs = false;
  #loaded: Promise<Codecs> | undefined;
  #store: Store | undefined;
  #spins: Store | undefined;
  readonly #calls = new Calls();

  /** @param folder the store's folder; undefined means a temporary one */
  constructor(file: string, folder: string | undefined, importTimeoutMs = IMPORT_TIMEOUT_MS) {
    this.#importTimeoutMs = importTimeoutMs;
    this.#file = file;
    this.#folder = folder;
  }

  store(): Store {
    this.#store ??= openStore(this.#storeFolder());
    return this.#store;
  }

  spins(): Store {
    this.#spins ??= openStore(spinStoreFolder(this.#storeFolder()));
    return this.#spins;
  }

  spin(request: SpinRequest): Promise<SpinReply> {
    return this.#calls.during(`The spin of "${request.step}"`, (call) => this.#spin(request, call));
  }

  async #spin({ given, alone, ...request }: SpinRequest, call: Call): Promise<SpinReply> {
    const values = new FileCas(this.#values());
    const record = await encodeArtifact('artifacts', packFiles(alone ? alone.artifacts : given), values);
    const begun = performance.now();
    const order = this.#order(alone ? undefined : this.#storeFolder());
    const artifacts = { record, alone: alone !== undefined };
    const { reply, stdout, stderr } = await this.#ask({ ...order, type: 'spin', request, artifacts }, call);
    const printed = { stdout, stderr };
    if (reply instanceof FlowError) {
      const durationMs = performance.now() - begun;
      const none = {
        origin: undefined,
        index: [],
        artifacts: [],
        hints: [],
        cards: [],
        persisted: undefined,
      };
      return { step: request.step, status: 'failed', error: reply, durationMs, ...none, ...printed };
    }
    if (reply.type !== 'spun') throw new Error(`Answered a spin with ${reply.type}.`);
    const { step, error, durationMs, origin, index, hints, persisted, cards } = reply;
    this.#hasCodecs ||= reply.artifacts.some(([, record]) => !isBuiltIn(record));
    const { decode } = new Artifacts(values, await this.codecs());
    return {
      step,
      status: error ? 'failed' : 'done',
      error: error && fromRecord(error),
      durationMs,
      origin,
      index,
      hints,
      persisted,
      cards,
      ...printed,
      artifacts: reply.artifacts.map(([name, value]) => [name, () => decode(value)]),
    };
  }

  run(request: RunRequest): Promise<RunReply> {
    return this.#calls.during(`The ${request.resume ? 'resumed ' : ''}run`, (call) =>
      this.#run(request, call),
    );
  }

  async #run(request: RunRequest, call: Call): Promise<RunReply> {
    const { reply } = await this.#ask({ ...this.#order(this.#storeFolder()), type: 'run', request }, call);
    if (reply instanceof FlowError) throw reply;
    if (reply.type !== 'ran') throw new Error(`Answered a run with ${reply.type}.`);
    this.#hasCodecs = reply.codecs;
    return { ...reply, error: reply.error && fromRecord(reply.error) };
  }

  /** Imports the flow here too, only for its codecs. If that fails, reading their artifacts reports it. */
  async codecs(): Promise<Codecs> {
    if (!this.#hasCodecs) return undefined;
    const { loadFlow } = await import('../source/load');
    this.#loaded ??= loadFlow(this.#file).then(
      ({ codecs }) => codecs,
      () => undefined,
    );
    return this.#loaded;
  }

  async dispose(): Promise<void> {
    await this.#calls.end();
    await Promise.all([this.#store?.close(), this.#spins?.close()]);
    this.#store = this.#spins = undefined;
    const folder = this.#temporary;
    this.#temporary = undefined;
    // The broker may still be writing there.
    if (folder !== undefined) await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  }

  #order(store: string | undefined): Pick<ToChild, keyof Order> {
    const spins = spinStoreFolder(this.#storeFolder());
    return {
      ...{ file: this.#file, store, spins, values: this.#values() },
      importTimeoutMs: this.#importTimeoutMs,
    };
  }

  #own(): string {
    this.#temporary ??= mkdtempSync(join(tmpdir(), 'nx-flow-runner-'));
    return this.#temporary;
  }

  #storeFolder(): string {
    return this.#folder ?? join(this.#own(), 'store');
  }

  #values(): string {
    return join(this.#own(), 'values');
  }

  /** Rejects with FLOW_WORKER_DIED when the child dies without an answer. @throws FlowError for bad usage */
  async #ask(message: ToChild, { begin, signal }: Call) {
    begin();
    let answer: FromChild | undefined;
    let exitStack: string | undefined;
    // A test runner's `process.env` is a copy, so the child would not inherit what a test sets there.
    const env = { ...process.env };
    const started = startProcess<FromChild | ImportDone | Leaving, ToChild>(
      packageFile('dist/testing/child.js'),
      [],
      env,
      (reply) => {
        imported();
        if (reply.type === 'leaving') exitStack = reply.stack;
        else if (reply.type !== 'imported') answer = reply;
      },
    );
    const { child, channel } = started;
    let importing: ImportPatience | undefined = new ImportPatience(
      message.file,
      () => child.kill('SIGKILL'),
      // The child itself ends what it can end; this one is for code that holds it up altogether.
      { timeoutMs: message.importTimeoutMs, slowMs: SLOW_MS },
      CHILD_START_MS,
    );
    const imported = () => {
      importing?.end();
      importing = undefined;
    };
    const orphans = new OrphanGuard();
    orphans.watch(child);
    const printed = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream]?.setEncoding('utf8').on('data', (text: string) => {
        printed[stream] += text;
      });
    }
    let end = () => {};
    const ended = new Promise<string>((resolve, reject) => {
      child.on('error', reject);
      started.onEnd(resolve);
      end = () => void endTree(started).then(() => reject(signal.reason));
    });
    signal.addEventListener('abort', end);
    channel.send(message);
    try {
      const how = await ended;
      if (importing && !answer) throw await importing.why(how);
      const reply = answer ?? diedError(`The process ${how} before it was done.`, exitStack);
      if (!(reply instanceof FlowError) && reply.type === 'refused') throw refused(reply);
      return { reply: reply as Exclude<typeof reply, { type: 'refused' }>, ...printed };
    } finally {
      signal.removeEventListener('abort', end);
      imported();
      orphans.close();
    }
  }
}

/**
 * Ends a child with all that it started, in whatever state that is. Afterwards it does not keep this process alive, even
 * where the system could not end it.
 */
async function endTree({ child, channel }: StartedProcess<ToChild>): Promise<void> {
  const { pid } = child;
  if (pid !== undefined) await endProcesses(() => familyOf([pid], listProcesses()));
  channel.close();
  child.stdout?.destroy();
  child.stderr?.destroy();
  child.unref();
}

function refused({ error, exit, problems }: FromChild & { type: 'refused' }): Error {
  if (error.name !== 'FlowError' || error.code === undefined) return fromRecord(error);
  const cause = error.cause === undefined ? {} : { cause: fromRecord(error.cause) };
  return new FlowError(error.code, error.message, { exit, problems, ...cause });
}

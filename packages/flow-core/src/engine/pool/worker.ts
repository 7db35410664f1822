/**
 * A worker: imports the flow once, then executes tasks in its process, one at a time, in the order in which they come, or
 * together where their step says so.
 * Long, because each message of its parent meets whatever a task may be doing to the process.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Graph } from '../../definition/graph';
import type { Channel } from '../../process/channel';
import { containListeners, DECIDING } from '../../process/contain-listeners';
import { exitNow } from '../../process/ending';
import { watchStarted } from '../../process/started';
import { type Ending, ImportEnded } from '../../source/import-ended';
import { FileCas } from '../../store/cas/cas';
import { Artifacts } from '../../store/values/artifacts';
import { captureOutput } from '../contain/capture-output';
import { Containment } from '../contain/containment';
import { lastingOutcome } from '../contain/lasting';
import { leftError, reachesOthers } from '../contain/left';
import { Extents, Realm } from '../contain/realm';
import { toRecord } from '../task/error-record';
import { stuckError, timeoutOf } from '../task/policies';
import type { RunContext, TaskOutcome, TaskSpec } from '../task/task';
import type { View } from '../task/view';
import { Active } from './active';
import { failedOutcome, perform } from './perform';
import { withPlain } from './plain-outcome';
import type { FromWorker, ToWorker, WorkerStart } from './protocol';
import { loadForWorker, type WorkerSetup } from './worker-load';
import { WorkerOutput } from './worker-output';
import { IMPORT, NO_TASK, reportStarted, type Scope, thrownLate } from './worker-scope';

/** Tasks that take longer are not quick ones. Milliseconds. */
const SLOW_MS = 2;

/** As it is before any task. */
const soon = setImmediate;

/** The coordinator, as a worker sees it. While a task is under way it is not held: a task cannot wait for it. */
export type WorkerChannel = Pick<Channel<FromWorker>, 'send' | 'sendPlain' | 'hold'>;

interface Place {
  graph: Graph;
  run: RunContext;
  artifacts: Artifacts;
  persistedCas?: FileCas;
}

/** It takes over its process: output, environment, and what is thrown where nothing catches it. */
export class Worker {
  readonly #channel: WorkerChannel;
  readonly #output: WorkerOutput;
  readonly #loaded: Promise<Graph>;
  readonly #contained: Containment;
  readonly #extents = new Extents();
  readonly #scopes = new AsyncLocalStorage<Scope>();
  readonly #active = new Active();
  #ready = false;
  readonly #queue: { spec: TaskSpec; views: Map<string, View>; paced: boolean }[] = [];
  #views = new Map<string, View>();
  #started: WorkerStart | undefined;
  #place: Place | undefined;
  #draining = false;
  readonly #file: string;

  constructor(setup: WorkerSetup, channel: WorkerChannel) {
    this.#channel = channel;
    this.#file = setup.file;
    this.#output = new WorkerOutput((piece) => channel.send({ type: 'log', ...piece }));
    const crash = (error: unknown) => this.#crashed(error);
    process.on('uncaughtException', crash).on('unhandledRejection', crash);
    const stuck = () => {
      channel.hold(true);
      this.#active.failAll(stuckError);
    };
    process.on('beforeExit', stuck);
    captureOutput((stream, text) => this.#print(stream, text));
    const flush = () => this.#output.flush();
    process.on('exit', flush);
    // A split may leave some that are called while others are under way.
    containListeners([...DECIDING, 'exit'], {
      own: [crash, stuck, flush],
      isPast: () => this.#scopes.getStore()?.ended === true,
    });
    // An import that waits for what never comes is noticed when nothing else keeps the process alive.
    channel.hold(false);
    this.#contained = new Containment({ refusal: (how) => this.#refusal(how) });
    watchStarted(() => this.#scope() ?? this.#active.usual, reportStarted(channel));
    this.#loaded = this.#scopes.run(IMPORT, () => loadForWorker(setup));
    this.#loaded.then(
      () => {
        channel.hold(true);
        this.#ready = true;
        this.#contained.remember(new Realm('all'));
        channel.send({ type: 'ready' });
      },
      (error) => {
        channel.hold(true);
        channel.send({ type: 'broken', error: toRecord(error) });
      },
    );
  }

  hear(message: ToWorker): void {
    switch (message.type) {
      case 'start':
        this.#started = message;
        this.#contained.moveTo(message.run.cwd);
        return;
      case 'return':
        this.#return();
        return;
      case 'ping':
        this.#channel.send({ type: 'pong' });
        return;
      case 'views':
        if (message.reset) this.#views = new Map();
        for (const [label, entries] of message.views) {
          this.#views.set(label, { label, entries: new Map(entries) });
        }
        return;
      case 'work':
        if (message.together) {
          const views = this.#views;
          const paced = message.paced === true;
          // Not at once: what one patches and does not wait for is put back before the next one begins.
          for (const spec of message.tasks) soon(() => void this.#beside(spec, views, paced));
          return;
        }
        for (const spec of message.tasks)
          this.#queue.push({ spec, views: this.#views, paced: message.paced === true });
        if (!this.#draining) void this.#drain();
    }
  }

  #return(): void {
    this.#channel.send({ type: 'returned', tasks: this.#queue.splice(0).map(({ spec }) => spec.task) });
  }

  async #drain(): Promise<void> {
    this.#draining = true;
    this.#hold();
    for (let job = this.#queue.shift(); job; job = this.#queue.shift()) {
      if (job.paced) this.#begins(job.spec);
      const outcome = await this.#perform(job.spec, job.views);
      this.#tell(job.spec, outcome);
      // Its body may still be at work here: the coordinator takes the rest to another process.
      if (outcome.status === 'failed' && outcome.stray) this.#queue.length = 0;
      // The coordinator decides whether this process is used again. Until then no other task begins here.
      if (outcome.changed) this.#return();
      // Behind a slow one, the coordinator may want the others back: its message is read in between.
      if (outcome.durationMs > SLOW_MS) await new Promise(setImmediate);
    }
    this.#draining = false;
    this.#hold();
  }

  /** Executes a task at once, beside others of its step. */
  async #beside(spec: TaskSpec, views: Map<string, View>, paced: boolean): Promise<void> {
    if (paced) this.#begins(spec);
    const outcome = await this.#perform(spec, views, (error) => this.#failUnknown(spec, error));
    this.#tell(spec, outcome, true);
    this.#hold();
  }

  #begins({ task }: TaskSpec): void {
    this.#channel.send({ type: 'begun', task });
  }

  /** At once, before the next task begins: if that one kills this process, it alone has failed. */
  #tell({ task }: TaskSpec, outcome: TaskOutcome, together = false): void {
    this.#output.flush();
    const message: FromWorker = { type: 'outcome', task, outcome };
    // While others are under way, what they have patched is not put back.
    const isSent = !together && withPlain(outcome, (bytes) => this.#channel.sendPlain(message, bytes));
    if (!isSent) this.#channel.send(message);
  }

  #hold(): void {
    this.#channel.hold(!this.#draining && this.#active.size === 0);
  }

  /** Nobody knows whose error it is: the coordinator has each of the tasks executed again, alone. */
  #failUnknown({ step }: TaskSpec, error: unknown): never {
    this.#output.add({ step, task: '' }, 'stderr', thrownLate({ step, task: '' }, error));
    this.#output.flush();
    return exitNow(1);
  }

  /**
   * Gives an outcome whatever happens: the coordinator waits for it.
   * @param failAll where it is executed beside others: called for an error that nobody knows the task of
   */
  async #perform(
    spec: TaskSpec,
    views: Map<string, View>,
    failAll?: (error: unknown) => void,
  ): Promise<TaskOutcome> {
    const scope: Scope = { step: spec.step, task: spec.task };
    const changed: string[] = [];
    const isFirst = this.#active.add(scope, failAll);
    if (failAll) this.#hold();
    let outcome: TaskOutcome;
    try {
      const place = this.#place ?? (await this.#placed());
      const together = failAll !== undefined;
      outcome = await this.#outcomeOf(place, spec, views, { scope, changed, isFirst, together });
    } catch (thrown) {
      outcome = failedOutcome(thrown);
    }
    scope.fail = undefined;
    scope.ended = true;
    // To wait where nothing was started would cost each quick task as much as all the rest here.
    if (scope.started) await this.#endStarted(scope);
    const common = this.#active.remove(scope);
    // What several share is put back behind the last of them.
    if (this.#active.size === 0 && !this.#contained.putBack()) changed.push('process.cwd');
    if (common?.started) await this.#endStarted(common);
    if (changed.length > 0) outcome.changed = [...new Set(changed)];
    // What was thrown cannot travel as it is.
    if (outcome.status === 'failed') delete outcome.failure.thrown;
    return outcome;
  }

  async #endStarted({ task, started }: Scope): Promise<void> {
    const ending = started?.end();
    if (!ending) return;
    this.#channel.send({ type: 'ending', task });
    await ending;
  }

  #outcomeOf(
    { graph, run, artifacts, persistedCas }: Place,
    spec: TaskSpec,
    views: Map<string, View>,
    how: { scope: Scope; changed: string[]; isFirst: boolean; together: boolean },
  ): Promise<TaskOutcome> {
    const { scope, changed, isFirst, together } = how;
    const options = graph.steps.get(spec.step)?.options ?? {};
    if (together && isFirst) Object.assign(process.env, options.env);
    return perform({
      graph,
      run,
      artifacts,
      persistedCas,
      spec,
      view: (label) => views.get(label) as View,
      log: (stream, text) => this.#print(stream, text),
      showCard: (card) => this.#channel.send({ type: 'card', task: spec.task, card }),
      timeoutMs: timeoutOf(options),
      together,
      within: (fail, body) => {
        scope.fail = fail;
        return this.#scopes.run(scope, body);
      },
      context: () => AsyncLocalStorage.snapshot(),
      bodyEnded: (thrown) => {
        // Not within the call of `push`, which may be one of them.
        const { names, lasting } = this.#contained.putBackRealm(
          this.#extents.after(spec.step, performance.now()),
        );
        if (lasting.length > 0) {
          // Of several, it is not known which one did it.
          if (this.#active.size === 1)
            this.#channel.send({
              type: 'outcome',
              task: spec.task,
              outcome: lastingOutcome(lasting, thrown),
            });
          exitNow(1);
        }
        changed.push(...names);
      },
    });
  }

  /** With the flow's codecs, which are known when it is imported. */
  async #placed(): Promise<Place> {
    const graph = await this.#loaded;
    const { run, cas, persistedCas } = this.#started as WorkerStart;
    this.#place = { graph, run, artifacts: new Artifacts(new FileCas(cas), graph.codecs) };
    if (persistedCas !== undefined) this.#place.persistedCas = new FileCas(persistedCas);
    return this.#place;
  }

  /** A task that ends the process fails with it. What an ended one left must not take the next one along. */
  #refusal(how: string): Error | undefined {
    const scope = this.#scopes.getStore() ?? this.#active.usual;
    if (scope?.imports) return this.#ready ? this.#leftByImport(how) : undefined;
    const error = leftError(how);
    if (scope?.ended) return error;
    // The coordinator is in the same group.
    if (reachesOthers(how)) {
      scope?.fail?.(error);
      return error;
    }
    this.#output.flush();
    if (scope && error.stack !== undefined)
      this.#channel.send({ type: 'leaving', task: scope.task, stack: error.stack });
    return undefined;
  }

  /** What the flow's file set up when it was imported is not a task's: no task can be executed any more. */
  #leftByImport(call: string): Error {
    const ended = new ImportEnded({ how: 'left', call });
    void this.#broken(ended.ending, ended);
    return ended;
  }

  #crashed(error: unknown): void {
    const scope = this.#scope() ?? this.#active.usual;
    if (scope?.fail) scope.fail(error);
    else if (scope) this.#print('stderr', thrownLate(scope, error));
    // The guard of the import hears what is thrown before that.
    else if (this.#ready) void this.#broken({ how: 'threw', thrown: error });
  }

  async #broken(ending: Ending, ended = new ImportEnded(ending)): Promise<void> {
    const { lateError } = await import('../../source/import-error');
    this.#channel.send({ type: 'broken', error: toRecord(lateError(this.#file, ended)) });
  }

  /** The task that code belongs to. Undefined for code of the flow's file itself. */
  #scope(): Scope | undefined {
    const scope = this.#scopes.getStore();
    return scope?.imports ? undefined : scope;
  }

  /** Everything that is printed goes to the coordinator, which knows the task. */
  #print(stream: 'stdout' | 'stderr', text: string): void {
    this.#output.add(this.#scope() ?? this.#active.usual ?? NO_TASK, stream, text);
  }
}

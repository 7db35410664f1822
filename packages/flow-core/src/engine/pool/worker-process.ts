/**
 * One worker process as its pool sees it: its start, what it is given and says, its deadline, and its end.
 * Long, because it is one talk: what is said next depends on all that was said.
 */
import type { ChildProcess } from 'node:child_process';
import { endGroup } from '../../process/end-processes';
import type { StartedProcess } from '../../process/start-process';
import type { RunContext, TaskOutcome } from '../task/task';
import type { View } from '../task/view';
import { AtHand, isTogether } from './at-hand';
import { brokenBy, ImportPatience } from './import-patience';
import type { Job } from './job';
import { placeBytes } from './plain-outcome';
import type { FromWorker, ToWorker, WorkerStart } from './protocol';
import { SentViews } from './sent-views';
import { startWorker, type WorkerOptions } from './start-worker';
import { Unattributed } from './unattributed';
import { Watchdog } from './watchdog';
import type { WorkerListener } from './worker-listener';
import { nextState, type WorkerState } from './worker-state';

/** What may keep this process alive. */
interface Handle {
  ref?(): void;
  unref?(): void;
}

export class WorkerProcess {
  readonly kind: string;
  readonly #process: StartedProcess<ToWorker>;
  readonly #listener: WorkerListener;
  #state: WorkerState = 'loading';
  readonly #atHand = new AtHand(
    () => this.child.kill('SIGKILL'),
    (job) => this.#listener.started(job),
  );
  readonly #sent = new SentViews();
  /** Whom it has worked for: several tasks, or the one that is isolated. */
  #use: 'fresh' | 'shared' | 'isolated' = 'fresh';
  /** Processes that its tasks started, in groups of their own. */
  readonly #apart = new Set<number>();
  /** Resolves when it has ended, and what its tasks had started. */
  readonly ended: Promise<void>;
  readonly #watchdog: Watchdog;
  readonly #unknown = new Unattributed((job, stream, text) => this.#listener.log(job, stream, text, true));
  #outcomes: { task: string; outcome: TaskOutcome }[] = [];
  /** The body of a task that has timed out may be at work there still. */
  #isStray = false;
  /** It was asked to give back what it has not begun, and has not answered. */
  #asked = false;

  /** While it imports the flow: tells when that is slow, and ends it when it takes too long. */
  readonly #patience: ImportPatience;

  constructor(options: WorkerOptions, listener: WorkerListener) {
    this.kind = options.kind;
    this.#listener = listener;
    this.#process = startWorker(options, (message, bytes) => this.#hear(message, bytes));
    const { child } = this.#process;
    this.#watchdog = new Watchdog({
      pid: child.pid,
      ping: () => void this.#send({ type: 'ping' }),
      silent: (ms) => {
        const { first } = this.#atHand;
        if (first) listener.silent(first, ms);
      },
    });
    this.#patience = new ImportPatience(options.file, () => child.kill('SIGKILL'));
    for (const stream of ['stdout', 'stderr'] as const) {
      // What bypasses the worker's own streams: processes that a step starts, and Node's last words.
      child[stream]?.setEncoding('utf8').on('data', (text: string) => {
        const { first, isTogether } = this.#atHand;
        if (first && isTogether) this.#unknown.log(first, stream, text);
        else if (first) listener.log(first, stream, text, true);
      });
    }
    this.#process.onEnd((how) => this.#ended(how));
    this.ended = new Promise((resolve) => this.#process.onEnd(() => resolve(this.#endStarted())));
  }

  get child(): ChildProcess {
    return this.#process.child;
  }

  get state(): WorkerState {
    return this.#state;
  }

  /** How many tasks it has at hand. */
  get size(): number {
    return this.#atHand.size;
  }

  /** The task that was given last. */
  get last(): Job | undefined {
    return this.#atHand.last;
  }

  /** It has tasks that it has not begun, and could give them back. */
  get queued(): boolean {
    return this.#atHand.queued > 0 && !this.#asked;
  }

  /** It may be given a task now. Not while views are being read for the ones before: tasks go in order. */
  get open(): boolean {
    return (
      (this.#state === 'idle' || this.#state === 'busy') && !this.#atHand.isComing && !this.#atHand.isLate
    );
  }

  /** An isolated task wants a process that no task was in before, and none comes after it. */
  takes({ isolate }: Job): boolean {
    return isolate ? this.#use === 'fresh' : this.#use !== 'isolated';
  }

  /** It has executed tasks, or has some, and can take others. */
  get shared(): boolean {
    return this.#use === 'shared';
  }

  /** The run that it works for. */
  begin(run: RunContext, places: Pick<WorkerStart, 'cas' | 'persistedCas'>): void {
    this.keepsAlive(true);
    void this.#send({ type: 'start', run, ...places });
  }

  /** Sends tasks with the views that it has not seen. @throws what reading a view throws */
  async give(jobs: readonly Job[], view: (label: string) => View | Promise<View>): Promise<void> {
    if (this.#state !== 'busy') this.#become('busy');
    this.#atHand.announce(jobs);
    this.#use = jobs.some(({ isolate }) => isolate) ? 'isolated' : 'shared';
    for await (const { message, more } of this.#sent.missing(jobs, view)) {
      const sent = this.#send(message);
      if (more) await sent;
    }
    // It died while views were read from the store, and its tasks went back.
    if (this.#gone()) return;
    this.#atHand.arrive();
    this.#atHand.begin();
    void this.#send({
      ...{ type: 'work', tasks: jobs.map(({ spec }) => spec) },
      ...(isTogether(jobs[0]) ? { together: true } : {}),
      ...(jobs.some(({ start }) => start) ? { paced: true } : {}),
    });
  }

  /** Looks whether it works or answers, where it has something to do. @param now milliseconds of a steady clock */
  look(now: number): void {
    if (!this.#atHand.first || this.#gone()) this.#watchdog.heard();
    else this.#watchdog.look(now);
    // A body that has timed out keeps the process for itself, and the others wait in vain.
    if (this.#isStray && this.#watchdog.silentMs(now) > DRAIN_MS) this.child.kill('SIGKILL');
  }

  /** Asks it to give back what it has not begun, where that waits behind a slow task. */
  askBack(): void {
    if (!this.queued || !this.#atHand.isLate) return;
    this.#asked = true;
    void this.#send({ type: 'return' });
  }

  /** Whether this process waits for it. While both import the flow, only what the flow waits for counts. */
  keepsAlive(alive: boolean): void {
    const { child, channel } = this.#process;
    channel.hold(alive);
    for (const handle of [child, child.stdout, child.stderr] as (Handle | null | undefined)[])
      alive ? handle?.ref?.() : handle?.unref?.();
  }

  /** Lets it finish what it has; it gets no more. */
  leave(): void {
    this.#become('leaving');
  }

  /** Ends it; what it has goes back. It is not asked to leave: what a timed out body still does there may never yield. */
  retire(): void {
    this.#atHand.stopClocks();
    this.#become('gone');
    this.child.kill('SIGKILL');
    this.#returnAll();
  }

  /** Ends it and hears no more of it; resolves when it has ended, and what it had started. */
  kill(): Promise<void> {
    this.#atHand.stopClocks();
    this.#patience.end();
    this.keepsAlive(true);
    this.#state = 'gone';
    this.child.kill('SIGKILL');
    return this.ended;
  }

  #gone = () => this.#state === 'gone';

  #become(next: WorkerState): void {
    this.#state = nextState(this.#state, next);
  }

  /** Resolves when the message is on its way, so that not all of many are in memory at once. */
  #send(message: ToWorker): Promise<void> {
    return new Promise((resolve) => this.#process.channel.send(message, resolve));
  }

  #hear(message: FromWorker, bytes?: readonly Uint8Array[]): void {
    this.#watchdog.heard();
    if (message.type === 'process') {
      this.#noteStarted(message.pid, message.alive);
      return;
    }
    // What was printed before its end is heard still.
    if (this.#gone() && message.type !== 'log') return;
    switch (message.type) {
      case 'pong':
        return;
      case 'leaving':
        this.#atHand.underWay(message.task)?.leaves(message.stack);
        return;
      case 'begun':
        this.#atHand.find(message.task)?.start?.begin();
        return;
      case 'ending':
        this.#atHand.underWay(message.task)?.end();
        return;
      case 'ready':
        // It is being killed: what it says now comes too late.
        if (this.#patience.over) return;
        this.#patience.end();
        this.#become('idle');
        this.#listener.ready();
        return;
      case 'broken':
        this.#patience.end();
        this.#listener.broken(brokenBy(message.error));
        return;
      case 'log': {
        const job = this.#atHand.find(message.task);
        const { first } = this.#atHand;
        if (job) this.#listener.log(job, message.stream, message.text);
        else if (first && message.task === '' && message.step === first.spec.step)
          this.#unknown.log(first, message.stream, message.text);
        else if (message.task !== '') this.#listener.late(message, message.text);
        return;
      }
      case 'card': {
        const job = this.#atHand.find(message.task);
        if (job) this.#listener.card(job, message.card);
        return;
      }
      case 'outcome':
        if (bytes) placeBytes(message.outcome, bytes);
        // What a child process of the task printed comes by a pipe: it is there, and is read before this.
        if (this.#outcomes.push(message) === 1) setImmediate(() => this.#settle());
        return;
      case 'returned': {
        this.#asked = false;
        const back = this.#atHand.takeBack(message.tasks);
        this.#rest();
        this.#listener.returned(back);
        this.#listener.settled();
      }
    }
  }

  #settle(): void {
    const outcomes = this.#outcomes.splice(0);
    if (outcomes.length === 0 || this.#gone()) return;
    for (const { task, outcome } of outcomes) {
      const job = this.#atHand.finish(task);
      if (!job) continue;
      // Before the pool hears of it, and gives it more.
      this.#isStray ||= isStray(outcome);
      if (this.#use === 'isolated' || isStray(outcome) || this.#listener.mustRetire(outcome))
        this.#leaveOrRetire();
      else this.#rest();
      this.#listener.finished(job, outcome);
      if (this.#gone()) break;
      this.#atHand.begin();
    }
    this.#listener.settled();
  }

  /** Others that are under way may finish; what has not begun goes back. */
  #leaveOrRetire(): void {
    if (this.#atHand.begun === 0) this.retire();
    else if (this.#state !== 'leaving') this.leave();
  }

  #rest(): void {
    if (this.#state === 'busy' && this.size === 0) this.#become('idle');
  }

  #noteStarted(pid: number, alive: boolean): void {
    if (alive) this.#apart.add(pid);
    else this.#apart.delete(pid);
    this.#listener.startedApart(pid, alive);
  }

  async #endStarted(): Promise<void> {
    const { pid } = this.child;
    if (pid !== undefined) await endGroup(pid, [...this.#apart]);
    for (const one of this.#apart) this.#listener.startedApart(one, false);
  }

  #returnAll(): void {
    const jobs = this.#atHand.takeAll();
    if (jobs.length > 0) this.#listener.returned(jobs);
  }

  /** The task that it died of fails with it; the others go back. */
  #ended(how: string): void {
    this.#settle();
    this.#atHand.stopClocks();
    const before = this.#state;
    this.#state = 'gone';
    if (before === 'loading') {
      this.#patience.end();
      void this.#patience.why(how).then((error) => this.#listener.broken(error));
      return;
    }
    if (before !== 'gone') {
      const { died, beside } = this.#atHand.blame();
      for (const job of beside) this.#listener.log(job, 'stderr', `${againText(how)}\n`);
      if (died) this.#listener.finished(died.job, died.underWay.death(how));
    }
    this.#returnAll();
    this.#listener.settled();
  }
}

/** What a split's log says when it is executed again, which counts as no attempt. */
const againText = (how: string) =>
  `The worker process ${how} while this task was executed in it beside others: the task begins again.`;

/** How long the others of a process may wait for a body that has timed out there, and yields no more. Milliseconds. */
const DRAIN_MS = 10_000;

/** The body of a failed task may still be at work there. */
function isStray(outcome: TaskOutcome): boolean {
  return outcome.status === 'failed' && outcome.stray === true;
}

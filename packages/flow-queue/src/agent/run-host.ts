/** A run as the pool of worker processes below an agent sees it: the tasks of the chunks that are under way, and what is said of them. */
import {
  type Job,
  kindOf,
  type PoolHost,
  type RunContext,
  type TaskName,
  type TaskOutcome,
  type TaskShown,
  type View,
} from '@nx-flow/core/queue';
import type { Message } from '../wire/message';
import { withStackOf } from './stack';
import type { Work } from './work';

export interface RunHostListener {
  say(message: Message): void;
  /** A task has ended. */
  finished(work: Work, job: Job, at: number, outcome: TaskOutcome): void;
  /** The flow does not load here. */
  broken(error: unknown): void;
}

export class RunHost implements PoolHost {
  readonly run: RunContext;
  readonly #listener: RunHostListener;
  readonly #works = new Set<Work>();
  /** The work of each task that has not ended. */
  readonly #workOf = new Map<Job, Work>();
  /** Not begun, by kind, in the order in which they came. */
  readonly #waiting = new Map<string, Job[]>();
  /** By label, with how many chunks need them. */
  readonly #views = new Map<string, { view: View; users: number }>();

  constructor(run: RunContext, listener: RunHostListener) {
    this.run = run;
    this.#listener = listener;
  }

  get works(): ReadonlySet<Work> {
    return this.#works;
  }

  add(work: Work): void {
    this.#works.add(work);
    for (const [label, entries] of work.chunk.views) {
      const known = this.#views.get(label);
      if (known) known.users++;
      else this.#views.set(label, { view: { label, entries: new Map(entries) }, users: 1 });
    }
    for (const job of work.jobs) {
      this.#workOf.set(job, work);
      const kind = kindOf(job);
      const waiting = this.#waiting.get(kind);
      if (waiting) waiting.push(job);
      else this.#waiting.set(kind, [job]);
    }
  }

  /** Its tasks that have not begun never will; of those that have, nothing is heard any more. */
  remove(work: Work): void {
    if (!this.#works.delete(work)) return;
    for (const [label] of work.chunk.views) {
      const known = this.#views.get(label);
      if (known && --known.users === 0) this.#views.delete(label);
    }
    for (const job of work.jobs) this.#workOf.delete(job);
    this.#forgetRemoved();
  }

  #forgetRemoved(): void {
    for (const [kind, jobs] of this.#waiting) {
      const left = jobs.filter((job) => this.#workOf.has(job));
      if (left.length > 0) this.#waiting.set(kind, left);
      else this.#waiting.delete(kind);
    }
  }

  /** Tasks that no process was given yet do not begin here. */
  cut(): void {
    const waiting = new Set([...this.#waiting.values()].flat());
    this.#waiting.clear();
    for (const job of waiting) this.#workOf.delete(job);
    for (const work of this.#works) work.cut(work.jobs.filter((job) => waiting.has(job)));
  }

  pull(kind?: string): Job | undefined {
    if (kind !== undefined) return this.#waiting.get(kind)?.shift();
    for (const jobs of this.#waiting.values()) if (jobs.length > 0) return jobs.shift();
    return undefined;
  }

  pending(kind: string): number {
    return this.#waiting.get(kind)?.length ?? 0;
  }

  kinds(): string[] {
    return [...this.#waiting].flatMap(([kind, jobs]) => (jobs.length > 0 ? [kind] : []));
  }

  view(label: string): View {
    // A chunk that was given up has taken its views along, and a task of it may begin all the same: nobody hears of it.
    return this.#views.get(label)?.view ?? { label, entries: new Map() };
  }

  started(job: Job): void {
    this.#say(job, (chunk, at) => ({ type: 'started', chunk, at }));
  }

  log(job: Job, stream: 'stdout' | 'stderr', text: string, past?: boolean): void {
    this.#say(job, (chunk, at) => ({ type: 'log', chunk, at, stream, text, ...(past ? { past } : {}) }));
  }

  card(job: Job, shown: TaskShown): void {
    this.#say(job, (chunk, at) => ({ type: 'card', chunk, at, shown }));
  }

  silent(job: Job, ms: number): void {
    this.#say(job, (chunk, at) => ({ type: 'silent', chunk, at, ms }));
  }

  late(task: TaskName, text: string): void {
    this.#listener.say({ type: 'late', task, text });
  }

  finished(job: Job, outcome: TaskOutcome): void {
    const work = this.#workOf.get(job);
    const at = work?.at(job);
    if (work === undefined || at === undefined) return;
    this.#workOf.delete(job);
    this.#listener.finished(work, job, at, withStackOf(outcome, this.run.cwd, work.chunk.run.cwd));
  }

  broken(error: unknown): void {
    this.#listener.broken(error);
  }

  #say(job: Job, message: (chunk: string, at: number) => Message): void {
    const work = this.#workOf.get(job);
    const at = work?.at(job);
    if (work !== undefined && at !== undefined) this.#listener.say(message(work.id, at));
  }
}

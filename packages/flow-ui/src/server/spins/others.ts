/** Spins of other commands in this workspace: what their events say is kept. */
import { isAlive, type PublishedEvent, type SpinDone } from '@nx-flow/core/ui';
import type { SpinMemory } from './memory';
import { Spin } from './spin';
import { entryOf, MOST_OF_ONE, spinsIn } from './spins-in';
import type { Teller } from './teller';

export class OtherSpins {
  readonly #memory: SpinMemory;
  readonly #teller: Teller;

  constructor(memory: SpinMemory, teller: Teller) {
    this.#memory = memory;
    this.#teller = teller;
  }

  hear(published: PublishedEvent): void {
    const { pid, work, event } = published;
    const found = spinsIn(published);
    const isOfTask = event.type === 'task-log' || event.type === 'card-updated';
    const [spin] = isOfTask && event.task.run === undefined ? this.#of(work) : [];
    if (spin) this.#teller.happened(spin, event);
    if (!found) return;
    const { begins } = found;
    if (begins) this.#teller.tell(this.#memory.add((n) => new Spin({ ...begins, n }, { pid })));
    for (const done of found.ended?.slice(0, MOST_OF_ONE) ?? []) this.#ended(published, done);
    if (found.stopped) for (const one of this.#of(work)) if (one.isRunning) this.#teller.stopped(one);
  }

  /** Nobody says that a process was killed, as a watch does with a spin of yesterday's code. */
  look(): void {
    for (const spin of this.#memory.all())
      if (spin.isRunning && spin.pid !== undefined && !isAlive(spin.pid)) this.#teller.stopped(spin);
  }

  /** Several tasks of one command are told one by one, and once more at its end. */
  #ended({ work, at, user, pid }: PublishedEvent, done: SpinDone): void {
    const { flow, step, index, iteration, origin } = done;
    const like = this.#of(work).find(({ entry }) => {
      const isSame =
        entry.step === step && entry.index.join() === index.join() && entry.iteration === iteration;
      return isSame && (entry.origin === origin || entry.status === 'running');
    });
    if (like && !like.isRunning) return;
    const entry = entryOf({ work, at, user, flow, step, index, origin, iteration });
    this.#teller.ended(like ?? this.#memory.add((n) => new Spin({ ...entry, n }, { pid })), done);
  }

  #of(work: string): Spin[] {
    return this.#memory.all().filter(({ entry }) => entry.work === work);
  }
}

/** The views that a worker has been sent: each goes once, and is known to the worker from then on. */
import type { View } from '../task/view';
import type { Job } from './job';
import type { WorkerViews } from './protocol';

/** Views that a worker holds before it is asked to begin anew. */
const VIEWS = 512;

/** Views of one message: a join of many splits is not to hold all of them at once. */
const CHUNK = 256;

export class SentViews {
  readonly #sent = new Set<string>();

  /** Gives the messages with the views that the worker lacks for these tasks. @throws what reading a view throws */
  async *missing(
    jobs: readonly Job[],
    view: (label: string) => View | Promise<View>,
  ): AsyncGenerator<{ message: WorkerViews; more: boolean }> {
    let reset = this.#sent.size > VIEWS;
    if (reset) this.#sent.clear();
    const labels = new Set(jobs.flatMap((job) => job.views));
    for (const label of labels) if (this.#sent.has(label)) labels.delete(label);
    const todo = [...labels];
    const read = (from: number) => Promise.all(todo.slice(from, from + CHUNK).map((label) => view(label)));
    let coming = read(0);
    for (let at = 0; at < todo.length || reset; at += CHUNK) {
      for (const label of todo.slice(at, at + CHUNK)) this.#sent.add(label);
      const views = await coming;
      const more = at + CHUNK < todo.length;
      if (more) {
        // While these are on their way.
        coming = read(at + CHUNK);
        coming.catch(() => {});
      }
      const message: WorkerViews = {
        type: 'views',
        reset,
        views: views.map(({ entries }, i) => [todo[at + i] as string, [...entries]]),
      };
      yield { message, more };
      reset = false;
    }
  }
}

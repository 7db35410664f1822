/** The views that a worker has been sent: each goes once, and is known to the worker from then on. */
import type { View } from '../task/view';
import type { Job } from './job';
import type { WorkerWork } from './protocol';

/** Views that a worker holds before it is asked to begin anew. */
const VIEWS = 512;

export class SentViews {
  readonly #sent = new Set<string>();

  /** The message that gives tasks, with the views that the worker lacks. @throws what reading a view throws */
  async work(jobs: readonly Job[], view: (label: string) => View | Promise<View>): Promise<WorkerWork> {
    const reset = this.#sent.size > VIEWS;
    if (reset) this.#sent.clear();
    const work: WorkerWork = { type: 'work', reset, views: [], tasks: jobs.map(({ spec }) => spec) };
    for (const label of new Set(jobs.flatMap((job) => job.views))) {
      if (this.#sent.has(label)) continue;
      this.#sent.add(label);
      const read = view(label);
      work.views.push([label, [...(read instanceof Promise ? await read : read).entries]]);
    }
    return work;
  }
}

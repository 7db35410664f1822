/** Tasks that wait for a worker, in order of arrival, grouped by the packages that a worker must have. */

/** Tasks that arrived together. Each is made when it is pulled, so a wide foreach takes no memory before. */
interface Waiting<T> {
  count: number;
  make(at: number): T;
  order: number;
  /** How many of them are pulled. */
  pulled: number;
}

interface Queue<T> {
  waiting: Waiting<T>[];
  /** How many entries of `waiting` are pulled completely. */
  done: number;
  size: number;
}

export class ReadyTasks<T> {
  readonly #queues = new Map<string, Queue<T>>();
  #order = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(kind: string, task: T): void {
    this.pushAll(kind, 1, () => task);
  }

  pushAll(kind: string, count: number, make: (at: number) => T): void {
    if (count === 0) return;
    let queue = this.#queues.get(kind);
    if (!queue) {
      queue = { waiting: [], done: 0, size: 0 };
      this.#queues.set(kind, queue);
    }
    queue.waiting.push({ count, make, order: this.#order++, pulled: 0 });
    queue.size += count;
    this.#size += count;
  }

  /** Pulls the task that has waited longest, of one kind or of all. */
  pull(kind = this.kinds()[0]): T | undefined {
    const queue = kind === undefined ? undefined : this.#queues.get(kind);
    const first = queue?.waiting[queue.done];
    if (!queue || !first) return undefined;
    const task = first.make(first.pulled++);
    queue.size--;
    this.#size--;
    if (first.pulled === first.count) {
      queue.waiting[queue.done++] = undefined as never;
      // Removing them one by one from the front would move all the others each time.
      if (queue.done === queue.waiting.length) queue.waiting.length = queue.done = 0;
    }
    return task;
  }

  waiting(kind: string): number {
    return this.#queues.get(kind)?.size ?? 0;
  }

  /** Kinds with waiting tasks, the longest waiting first. */
  kinds(): string[] {
    if (this.#size === 0) return [];
    const order = ({ waiting, done }: Queue<T>) => waiting[done]?.order ?? Number.POSITIVE_INFINITY;
    return [...this.#queues]
      .filter(([, queue]) => queue.size > 0)
      .sort(([, a], [, b]) => order(a) - order(b))
      .map(([kind]) => kind);
  }

  clear(): void {
    this.#queues.clear();
    this.#size = 0;
  }
}

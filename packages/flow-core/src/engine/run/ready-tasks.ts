/** Tasks that wait for a worker: in the order in which they came, and by the packages that a worker must have. */
interface Queue<T> {
  tasks: { task: T; order: number }[];
  /** How many of them are taken. */
  taken: number;
}

export class ReadyTasks<T> {
  readonly #queues = new Map<string, Queue<T>>();
  #order = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(kind: string, task: T): void {
    let queue = this.#queues.get(kind);
    if (!queue) {
      queue = { tasks: [], taken: 0 };
      this.#queues.set(kind, queue);
    }
    queue.tasks.push({ task, order: this.#order++ });
    this.#size++;
  }

  /** The one that has waited longest, of one kind or of all. */
  pull(kind = this.kinds()[0]): T | undefined {
    const queue = kind === undefined ? undefined : this.#queues.get(kind);
    const first = queue?.tasks[queue.taken];
    if (!queue || !first) return undefined;
    queue.tasks[queue.taken++] = undefined as never;
    this.#size--;
    // Not one by one from the front: that would move all the others each time.
    if (queue.taken === queue.tasks.length) queue.tasks.length = queue.taken = 0;
    return first.task;
  }

  waiting(kind: string): number {
    const queue = this.#queues.get(kind);
    return queue ? queue.tasks.length - queue.taken : 0;
  }

  /** Kinds that have waiting tasks, the one that has waited longest first. */
  kinds(): string[] {
    if (this.#size === 0) return [];
    const order = ({ tasks, taken }: Queue<T>) => tasks[taken]?.order ?? Number.POSITIVE_INFINITY;
    return [...this.#queues]
      .filter(([, queue]) => queue.taken < queue.tasks.length)
      .sort(([, a], [, b]) => order(a) - order(b))
      .map(([kind]) => kind);
  }

  clear(): void {
    this.#queues.clear();
    this.#size = 0;
  }
}

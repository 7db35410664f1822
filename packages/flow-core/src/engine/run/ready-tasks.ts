/** Tasks that wait for a worker, in order of arrival, grouped by the packages that a worker must have and by their rate. */

/** Tasks that arrived together. Each is made when it is pulled, so a wide foreach takes no memory before. */
interface Waiting<T> {
  count: number;
  make(at: number): T;
  order: number;
  /** How many of them are pulled. */
  pulled: number;
}

/** Lets only so many begin. */
export interface Gate {
  /** How many may begin now. */
  readonly free: number;
}

interface Queue<T> {
  kind: string;
  gate: Gate | undefined;
  waiting: Waiting<T>[];
  /** How many entries of `waiting` are pulled completely. */
  done: number;
  size: number;
}

export class ReadyTasks<T> {
  readonly #queues: Queue<T>[] = [];
  #order = 0;
  #size = 0;

  /** Those that may not begin yet count, too. */
  get size(): number {
    return this.#size;
  }

  push(kind: string, task: T, gate?: Gate): void {
    this.pushAll(kind, 1, () => task, gate);
  }

  pushAll(kind: string, count: number, make: (at: number) => T, gate?: Gate): void {
    if (count === 0) return;
    let queue = this.#queues.find((one) => one.kind === kind && one.gate === gate);
    if (!queue) {
      queue = { kind, gate, waiting: [], done: 0, size: 0 };
      this.#queues.push(queue);
    }
    queue.waiting.push({ count, make, order: this.#order++, pulled: 0 });
    queue.size += count;
    this.#size += count;
  }

  /** Pulls the task that has waited longest and may begin, of one kind or of all. The caller takes a start of its gate. */
  pull(kind?: string): T | undefined {
    let queue: Queue<T> | undefined;
    for (const one of this.#queues) {
      if ((kind === undefined || one.kind === kind) && open(one) > 0 && (!queue || order(one) < order(queue)))
        queue = one;
    }
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

  /** How many of a kind may begin now. */
  waiting(kind: string): number {
    let count = 0;
    for (const one of this.#queues) if (one.kind === kind) count += open(one);
    return count;
  }

  /** Kinds with tasks that may begin now, the longest waiting first. */
  kinds(): string[] {
    if (this.#size === 0) return [];
    const some = this.#queues.filter((one) => open(one) > 0).sort((a, b) => order(a) - order(b));
    return [...new Set(some.map(({ kind }) => kind))];
  }

  clear(): void {
    this.#queues.length = 0;
    this.#size = 0;
  }
}

function order<T>({ waiting, done }: Queue<T>): number {
  return waiting[done]?.order ?? Number.POSITIVE_INFINITY;
}

/** How many of them may begin now. */
function open<T>({ size, gate }: Queue<T>): number {
  return gate && size > 0 ? Math.min(size, gate.free) : size;
}

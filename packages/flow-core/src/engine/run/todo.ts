/** Planned tasks that may be taken over, in batches. What came last goes first. */
import type { NumberedTask } from './recorder';

/** Tasks that are taken over together: the rows of so many are read at once. */
const BATCH = 512;

/** Planned tasks with their numbers. */
export interface Numbered {
  step: string;
  count: number;
  make(index: number): NumberedTask;
}

/** Some of them: from one to before another. */
export interface NumberedSpan {
  tasks: Numbered;
  from: number;
  to: number;
}

export function tasksOf(spans: readonly NumberedSpan[]): NumberedTask[] {
  return spans.flatMap(({ tasks, from, to }) =>
    Array.from({ length: to - from }, (_, i) => tasks.make(from + i)),
  );
}

export class Todo {
  readonly #waiting: { tasks: Numbered; pulled: number }[] = [];

  get left(): boolean {
    return this.#waiting.length > 0;
  }

  add(all: readonly Numbered[]): void {
    for (const tasks of all.toReversed()) this.#waiting.push({ tasks, pulled: 0 });
  }

  pull(): NumberedSpan[] {
    const spans: NumberedSpan[] = [];
    let room = BATCH;
    for (let next = this.#waiting.at(-1); next && room > 0; next = this.#waiting.at(-1)) {
      const from = next.pulled;
      const to = Math.min(from + room, next.tasks.count);
      spans.push({ tasks: next.tasks, from, to });
      room -= to - from;
      next.pulled = to;
      if (to === next.tasks.count) this.#waiting.pop();
    }
    return spans;
  }
}

export class Counts extends Map<string, number> {
  add(step: string, count: number): void {
    if (count > 0) this.set(step, (this.get(step) ?? 0) + count);
  }
}

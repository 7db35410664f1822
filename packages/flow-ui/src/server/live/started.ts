/** Tasks that have begun, as their events tell it: the store has the row of one only when it takes some time. */
import { type FlowEvent, pathspecText, type TaskAddress } from '@nx-flow/core/ui';

/** Tasks that are known. */
const KEPT = 2000;

export interface StartedTask {
  task: TaskAddress;
  /** Milliseconds since 1970. */
  at: number;
}

export class StartedTasks {
  readonly #tasks = new Map<string, StartedTask>();

  hear(event: FlowEvent, at: number): void {
    switch (event.type) {
      case 'task-started':
        if (event.task.run !== undefined) this.#add(pathspecText(event.task), { task: event.task, at });
        return;
      case 'task-done':
      case 'task-failed':
      case 'task-caught':
        this.#tasks.delete(pathspecText(event.task));
        return;
      case 'run-done':
        for (const [name, { task }] of this.#tasks)
          if (task.flow === event.flow && task.run === event.run) this.#tasks.delete(name);
    }
  }

  find(pathspec: string): StartedTask | undefined {
    return this.#tasks.get(pathspec);
  }

  /** Those of a run, by their pathspecs. */
  of({
    flow,
    number,
    finished,
  }: {
    flow: string;
    number: number;
    finished: boolean;
  }): Map<string, StartedTask> {
    // A run that was killed tells nothing.
    if (finished) return new Map();
    return new Map([...this.#tasks].filter(([, { task }]) => task.flow === flow && task.run === number));
  }

  #add(pathspec: string, started: StartedTask): void {
    this.#tasks.set(pathspec, started);
    for (const oldest of this.#tasks.keys()) {
      if (this.#tasks.size <= KEPT) break;
      this.#tasks.delete(oldest);
    }
  }
}

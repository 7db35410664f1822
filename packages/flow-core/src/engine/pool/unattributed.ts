/**
 * What is printed in a process that executes several tasks together, and nobody knows by which of them: by a child process
 * that writes past the streams, by a callback without an asynchronous context. It goes to the oldest task's log, each line
 * marked with the step's name.
 */
import type { Job } from './job';

export class Unattributed {
  readonly #log: (job: Job, stream: 'stdout' | 'stderr', text: string) => void;
  /** Whether the last text ended inside a line. */
  readonly #inLine = { stdout: false, stderr: false };

  constructor(log: (job: Job, stream: 'stdout' | 'stderr', text: string) => void) {
    this.#log = log;
  }

  log(job: Job, stream: 'stdout' | 'stderr', text: string): void {
    const mark = `[${job.spec.step}] `;
    const marked = text.replace(/\n(?!$)/g, `\n${mark}`);
    this.#log(job, stream, this.#inLine[stream] ? marked : `${mark}${marked}`);
    this.#inLine[stream] = !text.endsWith('\n');
  }
}

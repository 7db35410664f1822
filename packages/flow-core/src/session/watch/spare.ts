/**
 * A process that has loaded all that a spin needs but the flow, executes one spin, and is thrown away: no state survives it.
 * The next one is made ready meanwhile.
 */

import type { FlowEvent } from '../../engine/task/flow-event';
import { packageFile } from '../../environment/package-root';
import { endGroup } from '../../process/end-processes';
import type { OrphanGuard } from '../../process/orphan-guard';
import { startProcess } from '../../process/start-process';
import type { FromSpare, SpareGo, SpareSetup } from './protocol';

export interface SpareListener {
  event(event: FlowEvent): void;
  /** What is printed past the events, such as by a process that the step started. */
  printed(text: string): void;
  /** The spin is over, though its process may not have ended. */
  ended(end: SpareEnd): void;
}

export type SpareEnd =
  | Exclude<FromSpare, { type: 'ready' } | { type: 'event' }>
  | { type: 'died'; how: string };

export class Spare {
  readonly #process;
  readonly #guard: OrphanGuard;
  #listener: SpareListener | undefined;
  #ready: () => void = () => {};
  #end: Exclude<FromSpare, { type: 'ready' } | { type: 'event' }> | undefined;
  /** Resolves when it can execute a spin, or has ended. */
  readonly ready: Promise<void>;
  /** Resolves when its process has ended, and what that had started. */
  readonly ended: Promise<SpareEnd>;

  constructor(setup: SpareSetup, guard: OrphanGuard) {
    this.#guard = guard;
    const color = process.env.FORCE_COLOR ?? (process.stdout.isTTY && !process.env.NO_COLOR ? '1' : '0');
    this.#process = startProcess<FromSpare, SpareGo>(
      packageFile('dist/watch-child.js'),
      [JSON.stringify(setup)],
      { ...process.env, FORCE_COLOR: color },
      (message) => this.#hear(message),
      { apart: true },
    );
    const { child } = this.#process;
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => this.#listener?.printed(text));
    if (child.pid !== undefined) guard.add(-child.pid);
    this.ready = new Promise((resolve) => {
      this.#ready = resolve;
    });
    this.ended = new Promise((resolve) => {
      this.#process.onEnd(async (how) => {
        this.#ready();
        await this.#endStarted();
        const end: SpareEnd = this.#end ?? { type: 'died', how };
        if (!this.#end) this.#listener?.ended(end);
        resolve(end);
      });
    });
  }

  /** Executes its spin. */
  go(columns: number, listener: SpareListener): Promise<SpareEnd> {
    this.#listener = listener;
    this.#process.channel.send({ type: 'go', columns });
    return this.ended;
  }

  /** Resolves when it has ended, with what it had started. */
  async kill(): Promise<void> {
    this.#listener = undefined;
    this.#process.child.kill('SIGKILL');
    await this.ended;
  }

  async #endStarted(): Promise<void> {
    const { pid } = this.#process.child;
    if (pid === undefined) return;
    await endGroup(pid, []);
    this.#guard.remove(-pid);
  }

  #hear(message: FromSpare): void {
    if (message.type === 'ready') this.#ready();
    else if (message.type === 'event') this.#listener?.event(message.event);
    else {
      this.#end = message;
      this.#listener?.ended(message);
    }
  }
}

/** The end of a run at its workers: what waits is taken out of the queues, and who has something of it is told. */
import type { Server } from '../connection/server';
import type { Order } from '../wire/message';
import { agentName, tasksName } from '../wire/names';
import type { Sent } from './sent';

/** How often it is looked whether a chunk is still with somebody. Milliseconds. */
const LOOK_MS = 50;

export class Ending {
  readonly #server: Server;
  readonly #token: string;
  readonly #told = new Set<string>();
  readonly #answered = new Set<string>();

  constructor(server: Server, token: string) {
    this.#server = server;
    this.#token = token;
  }

  /** @param answer it has something of the run, and says when that has ended */
  async tell(worker: string, answer: boolean): Promise<void> {
    if (this.#told.has(worker)) return;
    this.#told.add(worker);
    const order: Order = { type: 'end', token: this.#token, answer };
    await this.#server.add(agentName(worker), this.#token, order);
  }

  answered(worker: string): void {
    this.#answered.add(worker);
  }

  /** Resolves when nobody executes anything of the run any more. */
  async whole(sent: ReadonlyMap<string, Sent>, workers: Iterable<string>): Promise<void> {
    const held: Sent[] = [];
    for (const one of sent.values())
      if (!(await this.#server.remove(tasksName(one.queue), one.id))) held.push(one);
    for (const { worker } of held) if (worker !== undefined) await this.tell(worker, true);
    for (const worker of workers) await this.tell(worker, false);
    for (;;) {
      let left = 0;
      for (const one of held) {
        if (one.worker !== undefined && this.#answered.has(one.worker)) continue;
        // Taken, and not heard of yet; or never sent.
        if (await this.#server.has(tasksName(one.queue), one.id)) left++;
      }
      if (left === 0) return;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }
}

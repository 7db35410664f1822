/** The broker's side of events: forwards each to the listening clients and reports to publishers if any listen. */
import type { Socket } from 'node:net';
import { frame, type Push } from './protocol';

/** Bytes that may wait for a listener; beyond it, its events are dropped. This bounds the broker's memory. */
const WAITING = 4 * 1024 * 1024;

/** How often to say what takes long. Milliseconds. */
const BUSY_MS = 1000;

export class Hub {
  readonly #clients = new Set<Socket>();
  /** The listening clients, each with the number of events that it has missed. */
  readonly #listeners = new Map<Socket, number>();

  /** Adds a client, and reports to it if there are listeners. */
  add(socket: Socket): void {
    this.#clients.add(socket);
    socket.once('close', () => {
      this.#clients.delete(socket);
      if (this.#listeners.delete(socket) && this.#listeners.size === 0) this.#tell(false);
    });
    if (this.#listeners.size > 0) send(socket, { id: 0, heard: true });
  }

  subscribe(socket: Socket): void {
    if (socket.destroyed || this.#listeners.has(socket)) return;
    this.#listeners.set(socket, 0);
    if (this.#listeners.size === 1) this.#tell(true);
  }

  publish(from: Socket, event: unknown): void {
    for (const [socket, dropped] of this.#listeners) {
      if (socket === from) continue;
      if (socket.writableLength > WAITING) this.#listeners.set(socket, dropped + 1);
      else {
        send(socket, { id: 0, event, dropped });
        this.#listeners.set(socket, 0);
      }
    }
  }

  /** Tells all clients what keeps their answers waiting: `is bringing its store to format 2`. */
  busy(what: string): void {
    for (const socket of this.#clients) send(socket, { id: 0, busy: what });
  }

  /** Says so as long as it takes: nobody is to take the silence for the end. */
  async busyWith<T>(what: string, work: Promise<T>): Promise<T> {
    const timer = setInterval(() => this.busy(what), BUSY_MS);
    try {
      return await work;
    } finally {
      clearInterval(timer);
    }
  }

  #tell(heard: boolean): void {
    for (const socket of this.#clients) send(socket, { id: 0, heard });
  }
}

function send(socket: Socket, push: Push): void {
  if (!socket.destroyed) socket.write(frame(push));
}

/**
 * Who works at the queues and for whom, as everybody writes of himself. Nothing relies on it but what is told to people. Machines have
 * clocks of their own: what is written is by the clock of the server, and what is read, by that of this machine.
 */
import type { Server } from '../connection/server';
import { agentName, codeName, REGISTRY, runName } from '../wire/names';

/** Who has not written for so long is gone. Milliseconds. */
export const STALE_MS = 20_000;

/** How often everybody writes. Milliseconds. */
export const BEAT_MS = 5000;

/** Entries of who ended without a word are removed after so long. Milliseconds. */
const FORGOTTEN_MS = 10 * 60_000;

/** A worker. */
export interface AgentEntry {
  kind: 'agent';
  id: string;
  host: string;
  pid: number;
  user: string;
  queues: string[];
  slots: number;
  resources: Readonly<Record<string, number>>;
  engine: string;
  node: string;
  /** Milliseconds since 1970. */
  since: number;
  seen: number;
  /** It finishes what it has, and takes no more. */
  isDraining: boolean;
  /** The chunks that it is at. */
  running: { flow: string; run: string; step: string; count: number; since: number }[];
}

/** A run whose tasks go to queues. */
export interface RunEntry {
  kind: 'run';
  token: string;
  flow: string;
  run: string;
  host: string;
  pid: number;
  user: string;
  since: number;
  seen: number;
}

type Entry = AgentEntry | RunEntry;

export class Registry {
  readonly #server: Server;
  readonly #clock: () => number;

  /** @param clock of this machine. Milliseconds since 1970 */
  constructor(server: Server, clock = () => Date.now()) {
    this.#server = server;
    this.#clock = clock;
  }

  async write(entry: Entry): Promise<void> {
    await this.#server.put(REGISTRY, idOf(entry), shifted(entry, await this.#behindMs()));
  }

  /** How much the clock of this machine is behind that of the server. Milliseconds. */
  async #behindMs(): Promise<number> {
    return (await this.#server.now()) - this.#clock();
  }

  async remove(entry: Entry): Promise<void> {
    await this.#server.remove(REGISTRY, idOf(entry));
  }

  /** When the run last wrote, by the clock of the server. Undefined where it has no entry. */
  async beat(token: string): Promise<number | undefined> {
    return (await this.#server.get<RunEntry>(REGISTRY, `run-${token}`))?.seen;
  }

  /** Those that are there; and removes entries of who is gone for long. @param now by the clock of this machine */
  async read(now = this.#clock()): Promise<{ agents: AgentEntry[]; runs: RunEntry[] }> {
    const behindMs = await this.#behindMs();
    const found = await this.#server.all<Entry>(REGISTRY);
    const agents: AgentEntry[] = [];
    const runs: RunEntry[] = [];
    for (const { id, data: written } of found) {
      const data = shifted(written, -behindMs);
      const age = now - data.seen;
      if (age > FORGOTTEN_MS) await this.#forget(id, data);
      if (age > STALE_MS) continue;
      if (data.kind === 'agent') agents.push(data);
      else runs.push(data);
    }
    const bySince = (a: Entry, b: Entry) => a.since - b.since;
    return { agents: agents.sort(bySince), runs: runs.sort(bySince) };
  }

  /** With the queue in which it was told, or was told to, what nobody reads any more. */
  async #forget(id: string, entry: Entry): Promise<void> {
    await this.#server.remove(REGISTRY, id);
    if (entry.kind === 'agent') return this.#server.obliterate(agentName(entry.id));
    await this.#server.obliterate(runName(entry.token));
    await this.#server.obliterate(codeName(entry.token));
  }
}

function idOf(entry: Entry): string {
  return entry.kind === 'agent' ? `agent-${entry.id}` : `run-${entry.token}`;
}

/** The same by another clock, which shows so much more. */
function shifted<T extends Entry>(entry: T, ms: number): T {
  const at = <W extends { since: number }>(what: W): W => ({ ...what, since: what.since + ms });
  const moved = { ...at(entry), seen: entry.seen + ms };
  return entry.kind === 'agent' ? { ...moved, running: entry.running.map(at) } : moved;
}

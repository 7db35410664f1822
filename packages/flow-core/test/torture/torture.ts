/** Executes kills and faults in lanes, as many at once as there are cores, and counts what came of them. */
import { availableParallelism } from 'node:os';
import { Draw } from './draw';
import { Failure, type FailureKind, KINDS } from './failure';
import { FAULTS, faultOf } from './faults';
import { Lane } from './fixture';
import { type Kill, kill, killOf } from './kills';
import type { Noticed } from './noticed';
import type { Trial } from './trial';
import { writes } from './writes';

export interface Report {
  say(line: string): void;
  failed(failure: Failure): void;
}

type Job = (lane: Lane, name: string) => Promise<void>;

export class Torture {
  readonly lanes: Lane[];
  readonly kills = { trials: 0, processes: 0, missed: 0 };
  readonly faults: Record<string, number> = {};
  readonly writes = { trials: 0, killed: 0, acknowledged: 0 };
  readonly noticed: Noticed = { right: 0, refused: 0, told: 0 };
  readonly failures: Record<FailureKind, number>;
  readonly #report: Report;
  readonly #command: string | undefined;

  /** @param command only this one is killed */
  constructor(report: Report, lanes = availableParallelism(), command?: string) {
    this.#command = command;
    this.#report = report;
    this.failures = Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Record<FailureKind, number>;
    const first = new Lane();
    this.lanes = [first, ...Array.from({ length: lanes - 1 }, () => new Lane(first))];
  }

  kill(seed: number, index: number): Job {
    return this.killed(
      killOf(seed, index, this.#command),
      `npm run torture -- --seed=${seed} --kills=1 --from=${index} --faults=0 --writes=0${this.#command ? ` --command=${this.#command}` : ''}`,
    );
  }

  killed(one: Kill, replay: string): Job {
    return this.#job(JSON.stringify(one), replay, async (trial) => {
      const killed = await kill(one, trial);
      this.kills.trials++;
      this.kills.processes += killed;
      if (killed === 0) this.kills.missed++;
    });
  }

  fault(seed: number, index: number): Job {
    const { name: fault, draw } = faultOf(seed, index);
    const replay = `npm run torture -- --seed=${seed} --kills=0 --faults=1 --writes=0 --from=${index}`;
    return this.#job(fault, replay, async (trial) => {
      const seen = await FAULTS[fault]?.fault(trial, draw);
      const what = seen ? fault : `${fault}: not possible here`;
      this.faults[what] = (this.faults[what] ?? 0) + 1;
      this.#report.say(
        `fault ${index} ${fault}: ${seen?.what ?? 'not possible here'} ${JSON.stringify(seen?.noticed ?? {})}`,
      );
      for (const [key, count] of Object.entries(seen?.noticed ?? {}))
        this.noticed[key as keyof Noticed] += count;
    });
  }

  write(seed: number, index: number): Job {
    const replay = `npm run torture -- --seed=${seed} --kills=0 --faults=0 --writes=1 --from=${index}`;
    return this.#job('writes', replay, async (trial) => {
      const { killed, acknowledged } = await writes(trial, new Draw(seed + 2, index));
      this.writes.trials++;
      this.writes.killed += killed;
      this.writes.acknowledged += acknowledged;
    });
  }

  /** Each in the next lane that is free. @param more gives the next one; undefined at the end */
  async all(more: () => Job | undefined): Promise<void> {
    let count = 0;
    const work = async (lane: Lane) => {
      for (let job = more(); job; job = more()) await job(lane, `trial-${count++}`);
    };
    await Promise.all(this.lanes.map(work));
  }

  async close(): Promise<void> {
    for (const lane of this.lanes) await lane.close();
  }

  #job(what: string, replay: string, work: (trial: Trial) => Promise<unknown>): Job {
    return async (lane, name) => {
      const trial = { lane, name, store: lane.ws.path('stores', name) };
      try {
        await lane.fresh(trial.store);
        await work(trial);
      } catch (error) {
        const kind = error instanceof Failure ? error.kind : 'broken';
        this.failures[kind]++;
        const failure = new Failure(
          kind,
          `${what}\n${replay}\n${error instanceof Failure ? error.message : (error as Error).stack}`,
        );
        this.#report.failed(failure);
        await lane.recover(kind === 'hang');
      } finally {
        lane.drop(trial.store);
      }
    };
  }
}

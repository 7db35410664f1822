/**
 * Keeps what the last two spins of a watch returned: what differs inside of it is compared when somebody asks, by a process of its
 * own, and nothing is executed for it. The memory of this process holds no values: they are copies of the outputs, which are
 * removed when the watch ends.
 */
import { copyFileSync, linkSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { FlowError } from '../../definition/errors';
import type { SpinDone } from '../../engine/task/flow-event';
import { spinsFolder } from '../../environment/output-folders';
import { temporaryName } from '../../environment/temporary';
import type { Comparison, KeptSpin, SpareSetup } from './protocol';
import type { Outcome } from './running';
import { Spares } from './spares';

/** Tasks of one spin whose outputs are kept. */
const MOST_TASKS = 100;

export class KeptSpins {
  readonly #workspace: string;
  readonly #spares: Spares;
  readonly #folder: string;
  #before: KeptSpin | undefined;
  #last: KeptSpin | undefined;
  /** All splits, once: the spin after it is compared with the one before it. */
  #all: KeptSpin | undefined;

  constructor(setup: SpareSetup, flow: string) {
    this.#workspace = setup.workspace;
    this.#spares = new Spares(setup);
    // Where a spin removes what dead processes have left.
    this.#folder = join(spinsFolder(setup.workspace, flow), temporaryName());
  }

  /** A spin has ended, and its outputs are in their place. One that failed has none. */
  keep(n: number, { done, all, through }: Outcome): void {
    const spins = all?.spins ?? through?.steps.flatMap((one) => one.spins) ?? (done ? [done] : []);
    const ended = spins.filter(({ status }) => status === 'done').slice(0, MOST_TASKS);
    if (ended.length === 0) return;
    this.#remove(this.#all);
    this.#all = undefined;
    const kept = {
      n,
      spins: ended.map((spin, at) => this.#copied(spin, join(this.#folder, `${n}`, `${at}`))),
    };
    if (all) {
      this.#all = kept;
      return;
    }
    this.#remove(this.#before);
    this.#before = this.#last;
    this.#last = kept;
  }

  /** What differs in the last spin. Undefined before one has ended well. @throws FlowError */
  async compare(): Promise<{ n: number; comparisons: readonly Comparison[] } | undefined> {
    const last = this.#all ?? this.#last;
    if (!last) return undefined;
    const before = this.#all ? undefined : this.#before;
    const spare = this.#spares.take();
    let comparisons: readonly Comparison[] = [];
    const nothing = () => {};
    spare.compare(
      { last, ...(before ? { before } : {}) },
      {
        ...{ event: nothing, printed: nothing, note: nothing },
        compared(told) {
          comparisons = told;
        },
      },
    );
    const end = await spare.said;
    if (end.type === 'ended') return { n: last.n, comparisons };
    if (end.type === 'refused') throw new FlowError(end.error.code, end.error.message);
    throw new FlowError('FLOW_WORKER_DIED', `The process that compares ${end.how}.`);
  }

  /** Resolves when nothing of it is left. */
  async close(): Promise<void> {
    await this.#spares.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** The spin as that of copies. They take no room where they can be links: outputs are replaced, never written again. */
  #copied(spin: SpinDone, folder: string): SpinDone {
    const { outputs, ...rest } = spin;
    if (outputs === undefined) return spin;
    const from = join(this.#workspace, outputs);
    try {
      mkdirSync(join(folder, 'artifacts'), { recursive: true });
      const names = readdirSync(join(from, 'artifacts')).map((name) => join('artifacts', name));
      for (const name of ['artifacts.json', ...names]) linkOrCopy(join(from, name), join(folder, name));
      return { ...rest, outputs: relative(this.#workspace, folder) };
    } catch {
      // Another spin replaces them just now, or the disk is full.
      return rest;
    }
  }

  #remove(spin: KeptSpin | undefined): void {
    if (spin) rmSync(join(this.#folder, `${spin.n}`), { recursive: true, force: true });
  }
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}

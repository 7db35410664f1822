/** The most splits of a foreach whose tasks cost money elsewhere: more are refused before any of them begins. */
import { FlowError } from '../../definition/errors';
import { thousands } from '../../definition/thousands';
import type { RunOptions } from './options';
import type { Numbered } from './todo';

/** Of a foreach on a queue, unless `--max-splits` says otherwise. */
const MOST_SPLITS = 10_000;

/**
 * The limit of each step; undefined where there is none.
 * @param on the queue of a step; undefined for one that is executed here, which costs nothing
 * @param given `--max-splits`: for all steps
 * @example splitLimit(() => 'gpu')('train') // 10000
 */
export function splitLimit(
  on: (step: string) => string | undefined = () => undefined,
  given?: number,
): (step: string) => number | undefined {
  return (step) => given ?? (on(step) === undefined ? undefined : MOST_SPLITS);
}

export class SplitLimits {
  /** A foreach has more splits than it may, and none of them is executed. */
  refused: FlowError | undefined;
  readonly #options: Pick<RunOptions, 'maxSplits' | 'on'>;
  /** Some of their splits may be taken over: with how many are to be executed. */
  readonly #open = new Map<Numbered, number>();

  constructor(options: Pick<RunOptions, 'maxSplits' | 'on'>) {
    this.#options = options;
  }

  /** Whether so many splits may be executed. Without a foreach it is one. */
  allow(step: string, count: number): boolean {
    const most = this.#options.maxSplits?.(step);
    if (most === undefined || count <= most) return true;
    this.refused ??= tooMany(step, count, most, this.#options.on?.(step));
    return false;
  }

  /** These may be taken over: what is to be executed of them is counted, and asked about by {@link settle}. */
  open(tasks: Numbered): Numbered {
    if (tasks.count > 1) this.#open.set(tasks, 0);
    return tasks;
  }

  /** So many more of these are to be executed. */
  add(tasks: Numbered, count: number): void {
    const before = this.#open.get(tasks);
    if (before !== undefined) this.#open.set(tasks, before + count);
  }

  /** Whether all that was opened may be executed. */
  settle(): boolean {
    for (const [{ step }, count] of this.#open) this.allow(step, count);
    this.#open.clear();
    return this.refused === undefined;
  }
}

function tooMany(step: string, count: number, most: number, on: string | undefined): FlowError {
  const [many, limit] = [count, most].map(thousands);
  const where = on === undefined ? '' : ` on the queue ${on}`;
  const message = `The foreach "${step}" is to execute ${many} splits${where}, and --max-splits allows ${limit}: none of them has begun. nx-flow resume with --max-splits=${count} executes them.`;
  return new FlowError('FLOW_MAX_SPLITS', message, { exit: 1 });
}

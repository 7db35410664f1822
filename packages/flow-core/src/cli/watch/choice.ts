/** What a watch spins now, as a command line: what was typed at its start, and what keys have chosen since. */
import { FlowError } from '../../definition/errors';
import type { SpinStarted } from '../../engine/task/flow-event';
import { pathspecOf } from '../arguments';
import type { Parsed } from '../command';
import { indexOf } from '../selection';

/** Refusals of a run that was held on to: it has no inputs for what the code is now, or is not there any more. */
const NOT_THAT_RUN = new Set([
  'FLOW_NO_INPUTS',
  'FLOW_RUN_NOT_FOUND',
  'FLOW_RUN_REMOVED',
  'FLOW_STEP_CHANGED',
  'FLOW_TASK_NOT_FOUND',
]);

/** Refusals of what a key has chosen: what was there before is taken again. */
const NOT_THAT_CHOICE = new Set([
  ...NOT_THAT_RUN,
  'FLOW_INDEX',
  'FLOW_PATHSPEC',
  'FLOW_STEP_NOT_FOUND',
  'FLOW_THROUGH',
]);

/** What a key can choose. */
interface Chosen {
  step: string;
  run: number | undefined;
  task: number | undefined;
  index: string | undefined;
  held: number | undefined;
}

/** A level of foreach around the task that was spun. */
type Split = SpinStarted['splits'][number];

export class Choice {
  readonly flow: string;
  readonly #given: Parsed;
  #step: string;
  /** Asked for, by the command or by a key. */
  #run: number | undefined;
  #task: number | undefined;
  #index: string | undefined;
  /** The run whose inputs were used: it stays until somebody asks for another. */
  #held: number | undefined;
  /** As it was when a spin began with it, and what keys have chosen since. */
  #began: Chosen;
  #picked: 'step' | 'index' | 'run' | undefined;
  /** Of the spin that began last; undefined where none has, and after another step was chosen. */
  #splits: readonly Split[] | undefined;

  /** @throws FlowError FLOW_USAGE where no step is named, FLOW_PATHSPEC, FLOW_INDEX */
  constructor(flow: string, given: Parsed) {
    this.flow = flow;
    this.#given = given;
    const { positionals, options } = given;
    const origin = options.origin as number | undefined;
    if (positionals[1] !== undefined && options.step !== undefined)
      throw new FlowError(
        'FLOW_USAGE',
        `The step is given twice, as "${positionals[1]}" and by --step=${options.step}: give it once.`,
      );
    const { step, run, task } = pathspecOf(positionals[1] ?? (options.step as string | undefined), flow);
    if (run !== undefined && origin !== undefined && run !== origin)
      throw new FlowError(
        'FLOW_USAGE',
        `The pathspec names run ${run}, and --origin run ${origin}: give one of them.`,
      );
    if (step === undefined)
      throw new FlowError(
        'FLOW_USAGE',
        `Which step? nx-flow spin ${flow} <step> --watch spins it whenever a file changes.`,
      );
    this.#step = step;
    this.#run = run ?? origin;
    this.#task = task;
    this.#index = options.index as string | undefined;
    indexOf(this.#index);
    this.#began = this.#chosen;
  }

  get step(): string {
    return this.#step;
  }

  /** The run whose inputs are used until somebody asks for another. Undefined before the first spin, and without inputs. */
  get run(): number | undefined {
    return this.#run ?? this.#held;
  }

  /** Whether a newer run would be used, had it been there. */
  get takesNewest(): boolean {
    return this.#run === undefined;
  }

  /** The command line, after `spin`. @param more options of one spin alone */
  argv(more: readonly string[]): string[] {
    const { positionals, options, params, set } = this.#given;
    const { run } = this;
    const all = more.includes('--all');
    const task = this.#task === undefined || run === undefined || all ? '' : `/${this.#task}`;
    const named = (family: string, values: Record<string, string>) =>
      Object.entries(values).map(([name, value]) => `--${family}.${name}=${value}`);
    return [
      ...positionals.slice(0, 1),
      run === undefined ? this.#step : `${run}/${this.#step}${task}`,
      ...Object.entries(options).flatMap(([name, value]) =>
        CHOSEN.has(name) || value === undefined ? [] : [value].flat().map((one) => `--${name}=${one}`),
      ),
      ...(this.#index === undefined || all ? [] : [`--index=${this.#index}`]),
      ...named('params', params),
      ...named('set', set),
      ...more,
    ];
  }

  get #chosen(): Chosen {
    return {
      ...{ step: this.#step, run: this.#run, task: this.#task },
      ...{ index: this.#index, held: this.#held },
    };
  }

  #take({ step, run, task, index, held }: Chosen): void {
    this.#step = step;
    this.#run = run;
    this.#task = task;
    this.#index = index;
    this.#held = held;
  }

  /**
   * A spin has begun with it.
   * @param run whose inputs it uses: it stays until somebody asks for another @param splits absent where there are several tasks
   * @returns the run that was held on to, where another one has taken its place unasked
   */
  began(run: number | undefined, splits?: readonly Split[]): number | undefined {
    const before = this.#picked === 'run' || this.#run !== undefined ? undefined : this.#began.held;
    this.#held = run;
    this.#splits = splits;
    this.#picked = undefined;
    this.#began = this.#chosen;
    return before === run ? undefined : before;
  }

  /**
   * A spin was refused, with a code. `again`: another run may do, and is taken. `back`: a key had chosen what cannot be, and what was
   * there before is back. Undefined where the code may be mended.
   */
  refused(code: string): 'again' | 'back' | undefined {
    const isHeld = this.#run === undefined && this.#held !== undefined;
    // Another index is one of the same run.
    if (isHeld && this.#picked !== 'index' && NOT_THAT_RUN.has(code)) {
      this.#held = undefined;
      return 'again';
    }
    if (this.#picked !== undefined && NOT_THAT_CHOICE.has(code)) {
      this.#take(this.#began);
      this.#picked = undefined;
      return 'back';
    }
    // No other run has any, either: once the code is what it was, this one does.
    if (!isHeld && this.#run === undefined && code === 'FLOW_NO_INPUTS') this.#held = this.#began.held;
    return undefined;
  }

  /** Why there is no index to choose, as a sentence. */
  get withoutIndex(): string | undefined {
    return this.#splits?.length === 0
      ? `"${this.#step}" stands in no foreach: it has one task, and no index.`
      : undefined;
  }

  /** @throws FlowError FLOW_INDEX, and the former one stays */
  takeIndex(text: string): void {
    this.#requireSplits(indexOf(text === '' ? undefined : text) ?? []);
    this.#picked = 'index';
    this.#index = text === '' ? undefined : text;
    this.#task = undefined;
  }

  /** @param text its name, or a pathspec @throws FlowError FLOW_PATHSPEC, and the former one stays */
  takeStep(text: string): void {
    if (text === '') return;
    const { step, run, task } = pathspecOf(text, this.flow);
    if (step === undefined)
      throw new FlowError('FLOW_PATHSPEC', `"${text}" names no step. The key r takes another run.`);
    if (run !== undefined) this.takeRun(String(run));
    this.#picked = 'step';
    this.#splits = undefined;
    this.#step = step;
    this.#index = undefined;
    this.#task = task;
  }

  /** @param text a number; empty for the newest @throws FlowError FLOW_PATHSPEC, and the former one stays */
  takeRun(text: string): void {
    if (text !== '' && !/^[1-9]\d{0,9}$/.test(text))
      throw new FlowError(
        'FLOW_PATHSPEC',
        `"${text}" is not the number of a run, such as 12. Enter alone takes the newest.`,
      );
    this.#picked = 'run';
    this.#run = text === '' ? undefined : Number(text);
    this.#held = undefined;
    this.#task = undefined;
  }

  /** The splits below another one may be others: only the spin knows. @throws FlowError FLOW_INDEX */
  #requireSplits(index: readonly number[]): void {
    for (const [level, { index: now, count }] of (this.#splits ?? []).entries()) {
      const number = index[level];
      if (number !== undefined && number >= count)
        throw new FlowError(
          'FLOW_INDEX',
          `"${this.#step}" has ${count === 1 ? 'one split there: its index is 0' : `${count} splits there: an index is 0 to ${count - 1}`}, not ${number}.`,
        );
      if (number !== now) return;
    }
  }
}

/** Options that are said in another way, or are the watch's own. */
const CHOSEN = new Set(['watch', 'json', 'step', 'origin', 'index']);

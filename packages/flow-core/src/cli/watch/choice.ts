/** What a watch spins now, as a command line: what was typed at its start, and what keys have chosen since. */
import { FlowError } from '../../definition/errors';
import { pathspecOf } from '../arguments';
import type { Parsed } from '../command';
import { indexOf } from '../selection';

/** Refusals of a run that was held on to: it has no inputs for what the code is now, or is not there any more. */
const NOT_THAT_RUN = new Set([
  'FLOW_NO_INPUTS',
  'FLOW_RUN_NOT_FOUND',
  'FLOW_STEP_CHANGED',
  'FLOW_TASK_NOT_FOUND',
]);

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

  /** @throws FlowError FLOW_USAGE where no step is named, FLOW_PATHSPEC */
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

  /** @param run whose inputs a spin has used */
  hold(run: number | undefined): void {
    this.#held = run;
  }

  /** A spin was refused. Returns whether another run may do. */
  letGo(code: string): boolean {
    if (this.#run !== undefined || this.#held === undefined || !NOT_THAT_RUN.has(code)) return false;
    this.#held = undefined;
    return true;
  }

  /** @throws FlowError FLOW_INDEX, and the former one stays */
  takeIndex(text: string): void {
    if (text !== '') indexOf(text);
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
    this.#run = text === '' ? undefined : Number(text);
    this.#held = undefined;
    this.#task = undefined;
  }
}

/** Options that are said in another way, or are the watch's own. */
const CHOSEN = new Set(['watch', 'json', 'step', 'origin', 'index']);

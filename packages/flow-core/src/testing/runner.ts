/** Runner: a flow's steps, and whole runs of it, in unit tests. */
import { type Artifact, FlowClient, type Task } from '../client';
import { FlowError } from '../definition/errors';
import { stepName } from '../definition/flow';
import { describeValue } from '../definition/thrown';
import type { Around, DefinedFlow, Step, Switch } from '../definition/types';
import { optionsWithout } from '../definition/without';
import { currentUser } from '../environment/user';
import { type Pathspec, parsePathspec } from '../store/pathspec';
import type { Backend, RunRequest } from './backend';
import { callPlace, from, fromNow } from './call-place';
import { backendOf } from './open-backend';
import { requireOptions } from './options';
import { spunOf } from './spun';
import {
  ARTIFACTS,
  type GivenArtifacts,
  type Origin,
  type Ran,
  type ResumeOptions,
  type RunnerOptions,
  type RunOptions,
  type SpinOptions,
  type Spun,
} from './types';

/**
 * Spins steps and runs flows in tests. An imported flow executes in this process, where breakpoints and mocks
 * work. A flow given by its file executes in child processes. Runs are recorded in the runner's own store, which
 * {@link Runner.dispose} deletes, unless the options name another.
 *
 * A failed step is a result to assert on. Bad usage, such as an unknown step, throws a FlowError.
 *
 * @example
 * ```ts
 * import { flow } from '@nx-flow/core';
 * import { Runner } from '@nx-flow/core/testing';
 * const f = flow('sums');
 * const start = f.start(() => ({ numbers: [1, 2, 3] }));
 * const total = f.step('total', { after: start }, ({ self }) => ({ sum: self.numbers.reduce((a, b) => a + b, 0) }));
 * const runner = new Runner(f.end(total));
 * const spun = await runner.spin(total, { artifacts: { numbers: [4, 5] } });
 * console.log(spun.status, spun.artifacts.sum); // done 9
 * ```
 */
export class Runner<P = Record<string, unknown>, A = Record<string, unknown>> {
  readonly #backend: Backend;
  readonly #namespace: string;

  /**
   * @param flow What `f.end(…)` returned, or the file that exports it; a relative path counts from the working
   * directory.
   * @throws FlowError FLOW_NOT_A_FLOW, FLOW_NOT_FOUND, FLOW_USAGE
   */
  constructor(flow: DefinedFlow<P, A> | string | URL, options: RunnerOptions = {}) {
    this.#backend = fromNow(callPlace(Runner), () => {
      requireOptions('new Runner', options);
      return backendOf(flow, options);
    });
    this.#namespace = options.namespace ?? `user:${currentUser()}`;
  }

  /**
   * Executes one step, now. Nothing is recorded, unless `persist` stores the spin in the store of persisted spins:
   * `spun.task` shows it. `retry` and `catch` are not applied.
   *
   * @example
   * ```ts
   * import { flow } from '@nx-flow/core';
   * import { Runner } from '@nx-flow/core/testing';
   * const f = flow('squares');
   * const start = f.start(() => ({ ns: [1, 2, 3] }));
   * const square = f.foreach('square', { after: start, over: 'ns' }, ({ input }) => ({ squared: input ** 2 }));
   * const all = f.join('all', { after: square }, ({ inputs }) => ({ squares: inputs.map((i) => i.squared) }));
   * const runner = new Runner(f.end(all));
   * await runner.run();
   * const recorded = await runner.spin(square, { index: 2 }); // the inputs that the run recorded
   * const given = await runner.spin(all, { artifacts: [{ squared: 1 }, { squared: 100 }] }); // no run needed
   * console.log(recorded.artifacts.squared, given.artifacts.squares); // 9 [ 1, 100 ]
   * ```
   * @throws FlowError for bad usage: FLOW_USAGE, FLOW_STEP_NOT_FOUND, FLOW_NO_INPUTS, FLOW_RUN_NOT_FOUND,
   * FLOW_PARAMS, FLOW_INDEX, FLOW_WITHOUT …; FLOW_DISPOSED
   */
  spin<B, S extends Around, C>(
    step: Step<B, S, C>,
    options?: SpinOptions<P, GivenArtifacts<C>>,
  ): Promise<Spun<B>>;
  spin<B, S extends Around, K extends string, X>(
    step: Switch<B, S, K, X>,
    options?: SpinOptions<P, GivenArtifacts<X>>,
  ): Promise<Spun<B>>;
  spin(step: string, options?: SpinOptions<P>): Promise<Spun>;
  spin(step: string | { readonly name: string }, options: SpinOptions<P> = {}): Promise<Spun<never>> {
    return from(callPlace(Runner.prototype.spin), async () => {
      requireOptions('spin', options);
      return this.#spin(step, options);
    });
  }

  async #spin(step: string | { readonly name: string }, options: SpinOptions<P>): Promise<Spun<never>> {
    const name = stepName(step as string);
    const { artifacts, params = {}, index, iteration } = options;
    const { from, ...rest } = originOf(options.from, name);
    const alone = artifacts !== undefined && options.from === undefined;
    const reply = await this.#backend.spin({
      ...rest,
      step: name,
      from,
      given: artifacts === undefined || alone ? {} : byKey(artifacts),
      alone: alone ? { artifacts } : undefined,
      params: params as Record<string, unknown>,
      index: typeof index === 'number' ? [index] : index,
      iteration,
      without: optionsWithout(options.without ?? []),
      namespace: this.#namespace,
      persist: options.persist === true,
    });
    return spunOf(
      reply,
      reply.persisted === undefined ? undefined : await this.#persistedTask(reply.persisted),
    );
  }

  /**
   * Runs the whole flow and records it in the runner's store. An imported flow runs one task after another,
   * without `timeout` and `isolate`. A flow given by its file runs in worker processes, as with `nx-flow run`.
   *
   * @example
   * ```ts
   * import { flow } from '@nx-flow/core';
   * import { Runner } from '@nx-flow/core/testing';
   * const f = flow('hello');
   * const start = f.start(() => ({ text: 'Hello' }));
   * const runner = new Runner(f.end(start));
   * const { status, run } = await runner.run({ tags: ['test'] });
   * console.log(status, await run.artifacts.text); // done Hello
   * ```
   * @throws FlowError for bad usage: FLOW_USAGE, FLOW_PARAMS; FLOW_DISPOSED
   */
  run(options: RunOptions<P> = {}): Promise<Ran<A>> {
    return from(callPlace(Runner.prototype.run), async () => {
      requireOptions('run', options);
      return this.#run(options, undefined);
    });
  }

  /**
   * Starts a new run that takes over the finished tasks of an earlier one and executes the rest.
   *
   * @example
   * ```ts
   * import { flow } from '@nx-flow/core';
   * import { Runner } from '@nx-flow/core/testing';
   * let fixed = false;
   * const f = flow('shaky');
   * const start = f.start(() => ({ at: 1 }));
   * const next = f.step('next', { after: start }, ({ self }) => {
   *   if (!fixed) throw new Error('not yet');
   *   return { done: self.at };
   * });
   * const runner = new Runner(f.end(next));
   * const failed = await runner.run();
   * fixed = true;
   * const resumed = await runner.resume({ from: failed });
   * console.log(failed.status, resumed.status, resumed.tasks.taken); // failed done 1
   * ```
   * @throws FlowError for bad usage: FLOW_USAGE, FLOW_RUN_NOT_FOUND, FLOW_NOTHING_TO_RESUME, FLOW_STEP_NOT_FOUND,
   * FLOW_PARAMS; FLOW_DISPOSED
   */
  resume(options: ResumeOptions<P> = {}): Promise<Ran<A>> {
    return from(callPlace(Runner.prototype.resume), async () => {
      requireOptions('resume', options);
      const step = options.step === undefined ? undefined : stepName(options.step as string);
      return this.#run(options, { ...originOf(options.from, undefined), step });
    });
  }

  /**
   * Ends what is under way, which rejects with FLOW_DISPOSED; closes the store; removes temporary files. A child process
   * is ended in whatever state it is, with all that it started. `await using runner = …` does it too.
   */
  dispose(): Promise<void> {
    return this.#backend.dispose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  async #persistedTask(pathspec: string): Promise<Task<never>> {
    const { flow = '', run = 0, step = '', task } = parsePathspec(pathspec);
    const codecs = await this.#backend.codecs();
    const found = await new FlowClient(flow, this.#backend.spins(), undefined, codecs).run(run);
    return (await found.step(step).task(task)) as Task<never>;
  }

  async #run({ params = {}, tags = [] }: RunOptions<P>, resume: RunRequest['resume']): Promise<Ran<A>> {
    const reply = await this.#backend.run({
      params: params as Record<string, unknown>,
      tags,
      namespace: this.#namespace,
      resume,
    });
    const { flow, run, status, durationMs, tasks, error } = reply;
    const codecs = await this.#backend.codecs();
    const runs = new FlowClient(flow, this.#backend.store(), undefined, codecs);
    const recorded = await runs.run(run);
    const ran = { pathspec: `${flow}/${run}`, status, error, durationMs, tasks, run: recorded as never };
    if (status === 'done') {
      const artifacts = new Map<string, Artifact>();
      for await (const artifact of await recorded.step('end').task()) artifacts.set(artifact.name, artifact);
      Object.defineProperty(ran, ARTIFACTS, { value: artifacts });
    }
    return ran;
  }
}

/** @throws FlowError FLOW_PATHSPEC, FLOW_USAGE */
function originOf(
  from: Origin | 'latest' | undefined,
  step: string | undefined,
): { from: Pathspec | undefined } {
  if (from === undefined || from === 'latest') return { from: undefined };
  if (typeof from === 'number') return { from: { run: from } };
  const text = typeof from === 'string' ? from : from?.pathspec;
  if (typeof text !== 'string') {
    const message = `\`from\` is a run or a task, such as 12 or 12/train/3, not ${describeValue(from)}.`;
    throw new FlowError('FLOW_USAGE', message);
  }
  const spec = parsePathspec(text);
  if (spec.run === undefined) {
    throw new FlowError(
      'FLOW_USAGE',
      `\`from\` is a run or a task, such as 12 or 12/train/3, not "${text}".`,
    );
  }
  if (spec.step !== undefined && spec.step !== step) {
    const what = step === undefined ? 'A run is resumed from a run' : `"${step}" is spun`;
    throw new FlowError('FLOW_USAGE', `${what}, but \`from\` names the step "${spec.step}": "${text}".`);
  }
  return { from: spec };
}

/** The list of a join's inputs, by their index. */
function byKey(artifacts: object): Record<string, unknown> {
  return Array.isArray(artifacts) ? { ...artifacts } : { ...artifacts };
}

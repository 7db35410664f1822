/**
 * Spins many splits of one step at once, in worker processes that import the flow once and execute split after split.
 * Where the inputs come from is the caller's: a run in the store (`recordedInputs`), or whatever else gives views.
 * Long, because the end of a split needs all that was known when it began.
 */
import { FlowError, isFlowError } from '../../definition/errors';
import { isErrorLike } from '../../definition/thrown';
import type { ErrorRecord } from '../../store/rows/rows';
import { Artifacts } from '../../store/values/artifacts';
import type { Resolved } from '../inputs/resolved';
import { originOf, originTime } from '../inputs/resolved';
import { type Job, jobOf } from '../pool/job';
import type { Pool, PoolHost } from '../pool/pool';
import { fromRecord } from '../task/error-record';
import { type TaskAddress, taskText } from '../task/flow-event';
import { RateGate } from '../task/rate';
import type { OutputFile, TaskOutcome } from '../task/task';
import type { View } from '../task/view';
import type { SpinAllOptions } from './all-options';
import { examples } from './examples';
import { compareOutputs, outputsOf, type SplitOutcome } from './outcome';
import { spinContext, spinSpec } from './spec';
import { itemText, SplitViews } from './split-views';
import { spunCards } from './spun-cards';
import { changedVariables } from './variables';

/** In split order, those that failed too. @throws FlowError FLOW_INTERRUPTED, and what stops all of them */
export async function spinSplits(options: SpinAllOptions): Promise<SplitOutcome[]> {
  return new SplitSpinner(options).execute();
}

interface Split {
  at: number;
  resolved: Resolved;
  index: number[];
  begun?: true;
}

class SplitSpinner {
  readonly #options: SpinAllOptions;
  readonly #splits: Split[];
  readonly #jobs = new Map<Job, Split>();
  readonly #views: SplitViews;
  readonly #artifacts: Artifacts;
  readonly #outcomes: SplitOutcome[] = [];
  /** Splits that have ended and are being written down. */
  readonly #pending = new Set<Promise<void>>();
  readonly #isExample = examples();
  readonly #gate: RateGate | undefined;
  #next = 0;
  #settled = 0;
  #pool: Pool | undefined;
  #finish: () => void = () => {};
  #fail: (error: unknown) => void = () => {};

  constructor(options: SpinAllOptions) {
    this.#options = options;
    this.#artifacts = new Artifacts(options.cas, options.graph.codecs);
    this.#splits = options.splits.map((resolved, at) => ({
      at,
      resolved,
      index: resolved.stack.map(({ index }) => index),
    }));
    this.#views = new SplitViews(options.splits, options.inputs);
    const rate = options.splits[0]?.node.options.rate;
    if (rate) this.#gate = new RateGate(rate, () => this.#pool?.wake());
  }

  async execute(): Promise<SplitOutcome[]> {
    const { signal } = this.#options;
    const finished = new Promise<void>((resolve, reject) => {
      this.#finish = resolve;
      this.#fail = reject;
    });
    const interrupt = () =>
      this.#fail(
        isFlowError(signal?.reason)
          ? signal.reason
          : new FlowError('FLOW_INTERRUPTED', 'The spin was interrupted.', { exit: 1 }),
      );
    signal?.addEventListener('abort', interrupt);
    const pool = this.#options.pool(this.#host());
    this.#pool = pool;
    try {
      if (signal?.aborted) interrupt();
      pool.wake();
      await finished;
      return this.#outcomes;
    } finally {
      signal?.removeEventListener('abort', interrupt);
      this.#gate?.close();
      await pool.close();
      await Promise.all(this.#pending);
    }
  }

  /** All splits want the same packages. */
  get #kind(): string {
    return this.#options.packages?.folder ?? '';
  }

  #host(): PoolHost {
    const { graph, params, user, namespace, cwd } = this.#options;
    return {
      run: spinContext(graph, { user, namespace, cwd }, params),
      pull: () => this.#pull(),
      pending: (kind) => (kind === this.#kind ? this.#waiting : 0),
      kinds: () => (this.#waiting > 0 ? [this.#kind] : []),
      view: (label) => this.#views.view(label),
      started: (job) => {
        const split = this.#jobs.get(job);
        if (!split || split.begun) return;
        split.begun = true;
        this.#options.emit({ type: 'task-started', task: this.#address(split) });
      },
      log: (job, stream, text) => this.#log(job, stream, text),
      finished: (job, outcome) => {
        const work = this.#ended(job, outcome).catch(this.#fail);
        this.#pending.add(work);
        void work.finally(() => this.#pending.delete(work));
      },
      late: ({ task }, text) => {
        const split = this.#splits[Number(task) - 1];
        this.#options.emit({ type: 'task-went-on', task: this.#name(split), text });
      },
      card: (job, shown) => {
        const split = this.#jobs.get(job);
        const { shared, emit } = this.#options;
        if (!split) return;
        const task = this.#address(split);
        if (shared) shared.show(split.resolved, task, shown);
        else if (!('part' in shown)) emit({ type: 'card-updated', task, attempt: 0, ...shown });
      },
      silent: (job, ms) => {
        this.#options.emit({ type: 'task-silent', task: this.#name(this.#jobs.get(job)), ms });
      },
      broken: (error) => this.#fail(isErrorLike(error) ? (error as Error) : fromRecord(error as ErrorRecord)),
    };
  }

  /** How many splits may begin now. */
  get #waiting(): number {
    const left = this.#splits.length - this.#next;
    return this.#gate ? Math.min(left, this.#gate.free) : left;
  }

  #pull(): Job | undefined {
    const split = this.#splits[this.#next];
    if (!split || this.#waiting === 0) return undefined;
    this.#next++;
    const params = this.#options.ofRuns?.get(split.resolved.run?.run ?? 0);
    const spec = {
      ...spinSpec(split.resolved),
      task: String(split.at + 1),
      shown: 'spin',
      outputs: this.#options.folder(split.resolved).path,
      ...(params ? { params } : {}),
    };
    const job = jobOf(split.resolved.node, spec, this.#options.packages, this.#gate);
    this.#jobs.set(job, split);
    return job;
  }

  #name(split: Split | undefined): string {
    if (!split) return 'a split';
    return this.#options.ofRuns ? taskText(this.#address(split)) : `split ${split.index.join(',')}`;
  }

  #address({ index, resolved: { node, run, iteration } }: Split): TaskAddress {
    const from = this.#options.ofRuns && run ? { from: run.run } : {};
    const at = iteration === undefined ? {} : { iteration };
    return { flow: this.#options.graph.flow, step: node.name, index, ...at, ...from };
  }

  #log(job: Job, stream: 'stdout' | 'stderr', text: string): void {
    const split = this.#jobs.get(job);
    if (!split) return;
    this.#options.folder(split.resolved).log(text);
    this.#options.persisted?.log(split.at + 1, stream, text);
    this.#options.emit({ type: 'task-log', task: this.#address(split), stream, text });
  }

  async #ended(job: Job, ended: TaskOutcome): Promise<void> {
    const split = this.#jobs.get(job) as Split;
    this.#jobs.delete(job);
    const { persisted, result, cas, graph } = this.#options;
    const views = await this.#views.of(split.resolved);
    const view = (label: string) => views.get(label);
    const { outcome, files } = await this.#outcome(split, ended, views);
    const cards = await this.#cards(split, ended, view);
    const parts = this.#options.shared?.ended(split.resolved, ended);
    Object.assign(outcome, cards);
    if (persisted) {
      const { startedAt, durationMs } = ended;
      const more = ended.status === 'done' ? { result: ended.result } : { error: ended.failure.error };
      await persisted.task(split.at + 1, split.resolved, {
        startedAt,
        durationMs,
        view,
        ...more,
        ...cards,
        parts,
      });
      outcome.persisted = `${persisted.pathspec}/${outcome.step}/${split.at + 1}`;
    }
    if (ended.status === 'done') this.#options.returned?.(split.resolved, ended.result);
    const folder = this.#options.folder(split.resolved);
    const beside = result(outcome, split.resolved);
    await folder.write(outputsOf(outcome), beside, cas, files, graph.codecs, outcome.cards);
    // They are written: of many splits they are not held until the last has ended.
    if (outcome.cards) outcome.cards = outcome.cards.map((card) => ({ ...card, html: '' }));
    this.#outcomes[split.at] = outcome;
    this.#views.forget(split.resolved);
    this.#options.ended(outcome, split.resolved);
    if (++this.#settled === this.#splits.length) this.#finish();
  }

  #cards({ resolved }: Split, outcome: TaskOutcome, view: (label: string) => View | undefined) {
    const { graph, inputs, cas, params, ofRuns, folder } = this.#options;
    return spunCards(graph, resolved.node, outcome, async () =>
      (await import('./spun-facts')).spunFacts({
        ...{ graph, resolved, outcome, view, before: await inputs.before(resolved), cas },
        ...{ params: ofRuns?.get(resolved.run?.run ?? 0) ?? params, folder: folder(resolved).path },
      }),
    );
  }

  async #outcome(
    split: Split,
    ended: TaskOutcome,
    views: ReadonlyMap<string, View>,
  ): Promise<{ outcome: SplitOutcome; files: readonly OutputFile[] }> {
    const { resolved, index } = split;
    const { graph, inputs, cas, originCas = cas } = this.#options;
    const outcome: SplitOutcome = {
      step: resolved.node.name,
      origin: originOf(graph, resolved),
      run: resolved.run?.run,
      originMs: originTime(resolved),
      status: ended.status,
      startedAt: ended.startedAt,
      durationMs: ended.durationMs,
      index,
      ...(resolved.iteration === undefined ? {} : { iteration: resolved.iteration }),
      item: itemText(resolved, views, this.#artifacts),
      artifacts: [],
      hints: [
        ...(resolved.lost === undefined ? [] : [resolved.lost]),
        ...(await changedVariables(graph, resolved)),
      ],
    };
    const done = ended.status === 'done';
    const { missing } = done ? ended.result : ended.failure;
    if (missing)
      outcome.hints.push(...(await inputs.hints(resolved, missing, (label) => views.get(label), done)));
    if (ended.status === 'failed') {
      outcome.error = ended.failure.error;
      return { outcome, files: [] };
    }
    const { files = [], previews = {} } = ended.result;
    const before = await inputs.before(resolved);
    outcome.artifacts = compareOutputs(before, ended.result, (name) => ({ preview: previews[name] ?? '' }));
    if (this.#options.values) {
      const { addDifferences } = await import('./differences');
      const lie = { cas, beforeCas: originCas, folder: this.#options.folder(resolved).path, files };
      await addDifferences(outcome.artifacts, { before, codecs: graph.codecs, ...lie }, this.#isExample);
    }
    return { outcome, files };
  }
}

/** The cards of a run's tasks: told while they change, and recorded when their task has ended. What fails here fails no task. */
import type { StepNode } from '../../definition/graph';
import type { TaskCard, TaskPart, TaskShown } from '../../definition/step-cards';
import type { KeptCard } from '../cards/render-cards';
import type { TaskFacts } from '../cards/task-facts';
import type { TaskAddress } from '../task/flow-event';
import type { RunContext } from '../task/task';
import type { RunOptions } from './options';
import type { NumberedTask, Recorder } from './recorder';
import type { RunSharedCards } from './shared-cards';
import type { EndedTask, RunFacts } from './task-facts';

export class RunCards {
  readonly #options: RunOptions;
  readonly #recorder: Recorder;
  readonly #params: RunContext['params'];
  #facts: RunFacts | undefined;
  #shared: RunSharedCards | undefined;
  /** What was shown last by each task under way, by its label: a worker that dies tells no more. */
  readonly #shown = new Map<string, Map<string, TaskShown>>();
  /** One after another, so that not all of many are in memory as HTML. */
  #recorded: Promise<void> = Promise.resolve();

  constructor(options: RunOptions, recorder: Recorder, params: RunContext['params']) {
    this.#options = options;
    this.#recorder = recorder;
    this.#params = params;
  }

  /** A card of a task under way has changed. */
  changed(task: NumberedTask, address: TaskAddress, shown: TaskShown): void {
    const all = this.#shown.get(task.label) ?? new Map();
    this.#shown.set(task.label, all.set(shown.id, shown));
    if ('part' in shown) this.#together().changed(task, shown);
    else this.#options.emit({ type: 'card-updated', task: address, attempt: task.attempt, ...shown });
  }

  /** An attempt has ended. Call before its end is recorded: no row says that a task has ended whose cards are not there. */
  ended(ended: EndedTask, { options: { card } }: StepNode): void {
    const { task, outcome } = ended;
    const last = [...(this.#shown.get(task.label)?.values() ?? [])];
    this.#shown.delete(task.label);
    const cards = outcome.cards ?? last.filter((one): one is TaskCard => !('part' in one));
    const parts = outcome.parts ?? last.filter((one): one is TaskPart => 'part' in one);
    try {
      if (parts.length > 0) this.#recordParts(ended, parts);
      // Of many large ones, the others wait as they came.
      const now = cards.length > 0 && this.#recorder.hasRoom;
      if (now) this.#recordNow(ended, cards, card === true);
      if (card !== true && (now || cards.length === 0)) return;
    } catch {}
    this.#recorded = this.#recorded.then(() => this.#record(ended, cards, card === true)).catch(() => {});
  }

  /** Resolves when all are recorded, and what they show last is told. */
  settled(): Promise<void> {
    this.#shared?.end();
    return this.#recorded;
  }

  #recordParts({ task, outcome }: EndedTask, parts: readonly TaskPart[]): void {
    const { keptParts } = require('../cards/kept-parts') as typeof import('../cards/kept-parts');
    const kept = keptParts(this.#options.graph, task, parts, outcome.status === 'failed');
    this.#recorder.shown(task, { parts: kept });
    this.#together().ended(task, kept);
  }

  /** @param withDefault it is recorded once more, with what is known of the task */
  #recordNow({ task }: EndedTask, cards: readonly TaskCard[], withDefault: boolean): void {
    const { keptNow } = require('../cards/kept-cards') as typeof import('../cards/kept-cards');
    this.#recorder.shown(task, { cards: keptNow(this.#options.graph, cards) }, withDefault);
  }

  async #record(ended: EndedTask, cards: readonly TaskCard[], withDefault: boolean): Promise<void> {
    const { keptCards } = await import('../cards/kept-cards');
    const kept: KeptCard[] = await keptCards(
      this.#options.graph,
      cards,
      withDefault ? () => this.#factsOf(ended) : undefined,
    );
    this.#recorder.shown(ended.task, { cards: kept });
    await this.#recorder.room();
  }

  #together(): RunSharedCards {
    if (!this.#shared) {
      const { RunSharedCards } = require('./shared-cards') as typeof import('./shared-cards');
      this.#shared = new RunSharedCards(this.#options, this.#recorder);
    }
    return this.#shared;
  }

  async #factsOf(ended: EndedTask): Promise<TaskFacts> {
    if (!this.#facts) {
      const { RunFacts } = await import('./task-facts');
      this.#facts = new RunFacts(this.#options, this.#recorder, this.#params);
    }
    await this.#recorder.settled();
    return this.#facts.of(ended);
  }
}

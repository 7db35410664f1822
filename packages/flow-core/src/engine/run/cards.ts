/** The cards of a run's tasks: told while they change, and recorded when their task has ended. What fails here fails no task. */
import type { StepNode } from '../../definition/graph';
import type { TaskCard } from '../../definition/step-cards';
import type { TaskFacts } from '../cards/task-facts';
import type { TaskAddress } from '../task/flow-event';
import type { RunContext } from '../task/task';
import type { RunOptions } from './options';
import type { NumberedTask, Recorder } from './recorder';
import type { EndedTask, RunFacts } from './task-facts';

export class RunCards {
  readonly #options: RunOptions;
  readonly #recorder: Recorder;
  readonly #params: RunContext['params'];
  #facts: RunFacts | undefined;
  /** What was shown last by each task under way, by its label: a worker that dies tells no more. */
  readonly #shown = new Map<string, Map<string, TaskCard>>();
  /** One after another, so that not all of many are in memory as HTML. */
  #recorded: Promise<void> = Promise.resolve();

  constructor(options: RunOptions, recorder: Recorder, params: RunContext['params']) {
    this.#options = options;
    this.#recorder = recorder;
    this.#params = params;
  }

  /** A card of a task under way has changed. */
  changed(task: NumberedTask, address: TaskAddress, card: TaskCard): void {
    const shown = this.#shown.get(task.label) ?? new Map();
    this.#shown.set(task.label, shown.set(card.id, card));
    this.#options.emit({ type: 'card-updated', task: address, attempt: task.attempt, ...card });
  }

  /** An attempt has ended. */
  ended(ended: EndedTask, { options: { card } }: StepNode): void {
    const { task, outcome } = ended;
    const shown = this.#shown.get(task.label);
    this.#shown.delete(task.label);
    const cards = outcome.cards ?? [...(shown?.values() ?? [])];
    if (cards.length === 0 && card !== true) return;
    this.#recorded = this.#recorded.then(() => this.#record(ended, cards, card === true)).catch(() => {});
  }

  /** Resolves when all are recorded. */
  settled(): Promise<void> {
    return this.#recorded;
  }

  async #record(ended: EndedTask, cards: readonly TaskCard[], withDefault: boolean): Promise<void> {
    const { keptCards } = await import('../cards/kept-cards');
    const kept = await keptCards(
      this.#options.graph,
      cards,
      withDefault ? () => this.#factsOf(ended) : undefined,
    );
    this.#recorder.cards(ended.task, kept);
    await this.#recorder.room();
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

/** The cards of a run's tasks: told while they change, and recorded when their task has ended. What fails here fails no task. */
import type { StepNode } from '../../definition/graph';
import type { TaskCard } from '../../definition/step-cards';
import type { TaskAddress } from '../task/flow-event';
import type { TaskOutcome } from '../task/task';
import type { RunOptions } from './options';
import type { NumberedTask, Recorder } from './recorder';

export class RunCards {
  readonly #options: RunOptions;
  readonly #recorder: Recorder;
  /** What was shown last by each task under way, by its label: a worker that dies tells no more. */
  readonly #shown = new Map<string, Map<string, TaskCard>>();
  /** One after another, so that not all of many are in memory as HTML. */
  #recorded: Promise<void> = Promise.resolve();

  constructor(options: RunOptions, recorder: Recorder) {
    this.#options = options;
    this.#recorder = recorder;
  }

  /** A card of a task under way has changed. */
  changed(task: NumberedTask, address: TaskAddress, card: TaskCard): void {
    const shown = this.#shown.get(task.label) ?? new Map();
    this.#shown.set(task.label, shown.set(card.id, card));
    this.#options.emit({ type: 'card-updated', task: address, attempt: task.attempt, ...card });
  }

  /** An attempt has ended: what was recorded of the task before this call is there when its cards are made. */
  ended(task: NumberedTask, node: StepNode, outcome: TaskOutcome): void {
    const shown = this.#shown.get(task.label);
    this.#shown.delete(task.label);
    const cards = outcome.cards ?? [...(shown?.values() ?? [])];
    if (cards.length === 0 && node.options.card !== true) return;
    this.#recorded = this.#recorded.then(() => this.#record(task, cards)).catch(() => {});
  }

  /** Resolves when all are recorded. */
  settled(): Promise<void> {
    return this.#recorded;
  }

  async #record(task: NumberedTask, cards: readonly TaskCard[]): Promise<void> {
    const { graph } = this.#options;
    const [{ renderCards }, hide] = await Promise.all([
      import('../cards/render-cards'),
      graph.secrets
        ? import('../secrets/secrets').then(({ secretsOf }) => secretsOf(graph).maskIn)
        : undefined,
    ]);
    this.#recorder.cards(task, renderCards(cards, hide));
    await this.#recorder.room();
  }
}

/** What a spun task showed, as files. Nothing is loaded where it showed nothing. */
import type { Graph, StepNode } from '../../definition/graph';
import type { TaskShown } from '../../definition/step-cards';
import type { Store } from '../../store/store';
import type { KeptPart } from '../cards/kept-parts';
import type { KeptCard } from '../cards/render-cards';
import type { TaskFacts } from '../cards/task-facts';
import type { Resolved } from '../inputs/resolved';
import type { Emit, TaskAddress } from '../task/flow-event';
import type { TaskOutcome } from '../task/task';
import type { SpunParts, SpunPartsOptions } from './spun-parts';

export async function spunCards(
  graph: Graph,
  { options }: StepNode,
  { cards }: TaskOutcome,
  facts: () => Promise<TaskFacts>,
): Promise<{ cards?: KeptCard[] }> {
  if (!cards && options.card !== true) return {};
  const { keptCards } = await import('../cards/kept-cards');
  return { cards: await keptCards(graph, cards ?? [], options.card === true ? facts : undefined) };
}

/** Beside what the run recorded that gives the inputs. */
export function sharedSpun(
  { graph, store, emit }: { graph: Graph; store: Store; emit?: Emit },
  { node, run }: Resolved,
): SharedSpun {
  return new SharedSpun({ graph, step: node.name, recorded: run && { store, run }, emit });
}

/** The cards that the tasks of a step have together, made when the first of them uses one. */
export class SharedSpun {
  readonly #options: SpunPartsOptions;
  #parts: SpunParts | undefined;

  constructor(options: SpunPartsOptions) {
    this.#options = options;
  }

  /** Tells what a card of a task shows while it is at work, its own or one that it shares. */
  show(place: Parameters<SpunParts['changed']>[0], task: TaskAddress, shown: TaskShown): void {
    if ('part' in shown) this.#all().changed(place, shown);
    else this.#options.emit?.({ type: 'card-updated', task, attempt: 0, ...shown });
  }

  ended(place: Parameters<SpunParts['ended']>[0], { parts, status }: TaskOutcome): KeptPart[] {
    return parts ? this.#all().ended(place, parts, status === 'failed') : [];
  }

  /** As files. */
  async cards(): Promise<KeptCard[]> {
    return (await this.#parts?.cards()) ?? [];
  }

  #all(): SpunParts {
    if (!this.#parts) {
      const { SpunParts } = require('./spun-parts') as typeof import('./spun-parts');
      this.#parts = new SpunParts(this.#options);
    }
    return this.#parts;
  }
}

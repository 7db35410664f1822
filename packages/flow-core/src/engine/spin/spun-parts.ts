/**
 * The cards that all tasks of a step have together, in a spin: what is spun stands in the place of what was recorded, the others
 * are as the origin run recorded them.
 */
import { MergedParts } from '../../card/merged-parts';
import type { Graph } from '../../definition/graph';
import type { TaskPart } from '../../definition/step-cards';
import type { RunRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { type KeptPart, keptParts, placedPart, type TaskPlace } from '../cards/kept-parts';
import type { KeptCard } from '../cards/render-cards';
import { mergedParts, renderShared } from '../cards/shared-cards';
import type { Emit } from '../task/flow-event';
import { LiveCards } from '../task/live-cards';

export interface SpunPartsOptions {
  graph: Graph;
  step: string;
  /** Where the parts of others are recorded: the origin run. */
  recorded?: { store: Store; run: RunRow } | undefined;
  emit?: Emit | undefined;
}

export class SpunParts {
  readonly #options: SpunPartsOptions;
  readonly #used = new Set<string>();
  readonly #live: LiveCards<{ id: string; document: ReturnType<MergedParts['toDocument']> }>;
  /** By id: those of the origin run, with what was spun in their places. */
  #merged: Map<string, MergedParts> | undefined;
  /** Some of the recorded ones may be anybody's: such a card is told at its end alone, as a file that may be opened. */
  #others = false;
  #loading: Promise<void> | undefined;
  /** What came before the recorded ones were read. */
  #waiting: { kept: KeptPart; ended: boolean }[] = [];

  constructor(options: SpunPartsOptions) {
    this.#options = options;
    const { graph, step, emit } = options;
    this.#live = new LiveCards(
      (id) => {
        const document = this.#others ? undefined : this.#merged?.get(id)?.toDocument();
        return document && { id, document };
      },
      (card) => {
        const task = { flow: graph.flow, step, index: [] };
        emit?.({ type: 'card-updated', task, attempt: 0, shared: true, ...card });
      },
    );
  }

  /** A task under way shows something else. */
  changed(place: TaskPlace, { id, part }: TaskPart): void {
    this.#set({ id, part: placedPart(place, part) }, false);
  }

  /** A task has ended. @returns what is kept of it */
  ended(place: TaskPlace, parts: readonly TaskPart[], failed: boolean): KeptPart[] {
    const kept = keptParts(this.#options.graph, place, parts, failed);
    for (const part of kept) this.#set(part, true);
    return kept;
  }

  /** Those of which a part was spun, as files. Nothing is told after it. */
  async cards(): Promise<KeptCard[]> {
    await this.#loading;
    this.#live.end();
    const { graph } = this.#options;
    const hide = graph.secrets && (await import('../secrets/secrets')).secretsOf(graph).maskIn;
    const cards = [...this.#used].flatMap((id) => {
      const merged = this.#merged?.get(id);
      return merged ? renderShared(id, merged, hide) : [];
    });
    if (!this.#others) return cards;
    const { framed } = await import('../cards/framed');
    return cards.map((card) => ({ ...card, html: framed(card.html) }));
  }

  #set(kept: KeptPart, ended: boolean): void {
    this.#used.add(kept.id);
    if (!this.#merged) {
      this.#waiting.push({ kept, ended });
      this.#loading ??= this.#load();
      return;
    }
    this.#put(kept, ended);
    this.#live.changed(kept.id);
  }

  #put({ id, part }: KeptPart, ended: boolean): void {
    const merged = this.#merged?.get(id) ?? new MergedParts();
    this.#merged?.set(id, merged);
    merged.set(part, ended);
  }

  async #isOthers(): Promise<boolean> {
    const { recorded, step } = this.#options;
    if (!recorded) return false;
    const { isOthers } = await import('../record/others');
    return isOthers(recorded.store, recorded.run, step).catch(() => true);
  }

  async #load(): Promise<void> {
    const { recorded, step } = this.#options;
    // A spin does not fail for it.
    const found = recorded && (await mergedParts(recorded.store, recorded.run, step).catch(() => undefined));
    if (found?.size) this.#others = await this.#isOthers();
    this.#merged = found ?? new Map();
    for (const { kept, ended } of this.#waiting) this.#put(kept, ended);
    this.#waiting = [];
    for (const id of this.#used) this.#live.changed(id);
  }
}

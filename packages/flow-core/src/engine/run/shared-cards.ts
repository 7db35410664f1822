/**
 * The cards that all tasks of a step have together, while a run goes on: merged part by part, and told now and then. What is
 * recorded are the parts, each with its task.
 */
import { MergedParts } from '../../card/merged-parts';
import type { TaskPart } from '../../definition/step-cards';
import { type KeptPart, placedPart } from '../cards/kept-parts';
import { partsOfRun } from '../record/read-parts';
import { refersToOthers } from '../record/refers';
import { LiveCards } from '../task/live-cards';
import type { RunOptions } from './options';
import type { NumberedTask, Recorder } from './recorder';

/** What is sent to those who look is a quarter of what the file has room for. */
const SHARE = 1 / 4;

export class RunSharedCards {
  readonly #options: RunOptions;
  readonly #recorder: Recorder;
  /** By step and id. */
  readonly #merged = new Map<string, MergedParts>();
  readonly #live: LiveCards<{ step: string; id: string; document: ReturnType<MergedParts['toDocument']> }>;

  constructor(options: RunOptions, recorder: Recorder) {
    this.#options = options;
    this.#recorder = recorder;
    const { flow, run } = recorder.row;
    const at = options.unrecorded ? { flow } : { flow, run };
    this.#live = new LiveCards(
      (key) => {
        const [step = '', id = ''] = key.split('/');
        const document = this.#merged.get(key)?.toDocument(SHARE);
        return document && { step, id, document };
      },
      ({ step, ...card }) => {
        const task = { ...at, step, index: [] };
        options.emit({ type: 'card-updated', task, attempt: 0, shared: true, ...card });
      },
    );
  }

  /** A task under way shows something else. */
  changed(task: NumberedTask, { id, part }: TaskPart): void {
    this.#set(task.step, { id, part: placedPart(task, part) }, false);
  }

  /** An attempt has ended. */
  ended({ step }: NumberedTask, parts: readonly KeptPart[]): void {
    for (const part of parts) this.#set(step, part, true);
  }

  /** The last state is told. */
  end(): void {
    this.#live.end();
  }

  #set(step: string, { id, part }: KeptPart, ended: boolean): void {
    const key = `${step}/${id}`;
    let merged = this.#merged.get(key);
    if (!merged) {
      merged = new MergedParts();
      this.#merged.set(key, merged);
      if (refersToOthers(this.#recorder.row)) void this.#addTaken(step, id, merged).catch(() => {});
    }
    merged.set(part, ended);
    this.#live.changed(key);
  }

  /** What tasks showed that were taken over. */
  async #addTaken(step: string, id: string, merged: MergedParts): Promise<void> {
    await this.#recorder.settled();
    for await (const one of partsOfRun(this.#options.store, this.#recorder.row, step))
      if (one.id === id && !merged.has(one.part)) merged.set(one.part);
    this.#live.changed(`${step}/${id}`);
  }
}

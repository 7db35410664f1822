/** What tasks that are spun together print, and how far they are. */
import type { FlowEvent, SpinDone, TaskAddress, TasksPlanned } from '../../engine/task/flow-event';
import { eventLine } from './event-line';
import { LabelledLines, LiveRegion, progressLine } from './live-region';
import type { Output } from './output';

type Named = Pick<TaskAddress, 'step' | 'index' | 'iteration' | 'from'>;

export class Several {
  readonly #output: Output;
  readonly #label: (task: Named) => string;
  readonly #lines: LabelledLines;
  readonly #counts = { name: '', planned: 1, running: 0, done: 0, failed: 0 };
  #begun = performance.now();
  #live: LiveRegion | undefined;

  /** @param label stands before each line that a task prints */
  constructor(output: Output, label: (task: Named) => string) {
    this.#output = output;
    this.#label = label;
    this.#lines = new LabelledLines(output, (text) => this.print(text, true));
  }

  begin(name: string, planned: number): void {
    Object.assign(this.#counts, { name, planned });
    this.#begun = performance.now();
    const { live } = this.#output;
    if (live)
      this.#live = new LiveRegion(this.#output, () => [
        progressLine(this.#counts, performance.now() - this.#begun, this.#output),
      ]);
  }

  /** Above what is redrawn. @param raw what a task prints */
  print(text: string, raw = false): void {
    if (this.#live) this.#live.print(text, raw);
    else if (raw) this.#output.raw(text);
    else this.#output.write(text);
  }

  hear(event: FlowEvent): void {
    if (event.type === 'task-started') this.#started();
    else if (event.type === 'tasks-planned') this.#planned(event);
    else if (event.type === 'task-log') this.#lines.add(this.#label(event.task), event.stream, event.text);
    else if (event.type === 'spin-done') this.#ended(event);
    else if (event.type === 'spins-stopped') this.close();
    else this.print(eventLine(event, this.#output));
  }

  close(): void {
    this.#live?.close();
    this.#live = undefined;
  }

  /** Of several steps, each counts for itself. */
  #planned({ step, count }: Pick<TasksPlanned, 'step' | 'count'>): void {
    const counts = this.#counts;
    if (step === counts.name) counts.planned += count;
    else Object.assign(counts, { name: step, planned: count, running: 0, done: 0, failed: 0 });
  }

  #started(): void {
    const counts = this.#counts;
    counts.running++;
    this.#live?.changed();
  }

  #ended({ step, index, iteration, run, status }: SpinDone): void {
    const counts = this.#counts;
    counts.running = Math.max(0, counts.running - 1);
    counts[status === 'done' ? 'done' : 'failed']++;
    this.#lines.close(
      this.#label({
        ...{ step, index },
        ...(iteration === undefined ? {} : { iteration }),
        ...(run === undefined ? {} : { from: run }),
      }),
    );
    this.#live?.changed();
  }
}

/** `split 2,0 iteration 3`; empty outside of foreaches and loops. */
export function placeText({ index, iteration }: Pick<Named, 'index' | 'iteration'>): string {
  return [
    ...(index.length > 0 ? [`split ${index.join(',')}`] : []),
    ...(iteration === undefined ? [] : [`iteration ${iteration}`]),
  ].join(' ');
}

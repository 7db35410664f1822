/** nx-flow logs: the output of a run's tasks, by time. */
import { taskOf as addressIn } from '../../engine/task/label';
import { logsByTime, type TaskLogRow } from '../../store/rows/logs';
import type { Command } from '../command';
import { noteLost, requireRunStep, runOf, taskOf } from '../lookup';
import { SPIN_STORE } from '../options';
import { type Recorded, reading } from '../reading';
import type { Output } from '../render/output';
import { plural } from '../render/table';

/** The longest line that is joined from pieces, in characters. */
const LONGEST_LINE = 64 * 1024;

export const command: Command = {
  spec: {
    name: 'logs',
    help: 'Print what a task, a step or a whole run wrote to its output, by time',
    positionals: ['<flow>', '[run | run/step | run/step/task]'],
    options: {
      ...SPIN_STORE,
      stdout: { type: 'boolean', help: 'Only what was written to stdout' },
      stderr: { type: 'boolean', help: 'Only what was written to stderr' },
    },
    families: [],
    examples: ['nx-flow logs movies', 'nx-flow logs movies 12/genre/3 --stderr'],
  },

  execute(context) {
    const { output, options } = context;
    return reading(context, 1, async (recorded) => {
      const { flow } = recorded;
      const only =
        options.stdout === options.stderr ? undefined : options.stdout === true ? 'stdout' : 'stderr';
      const { run, rows, alone } = await rowsOf(recorded, output);
      const logs: object[] = [];
      const lines = new Lines((label, line) => output.recorded(`${output.colors.dim(label)} ${line}\n`));
      for await (const { step, task, attempt, stream, at, text, last } of rows) {
        const label = `${step}/${task}`;
        if (only === undefined || stream === only) {
          if (output.json) logs.push({ pathspec: `${flow}/${run}/${label}`, attempt, stream, at, text });
          else if (alone) output.recorded(text);
          else lines.add(label, stream, text);
        }
        if (last) lines.end(label);
      }
      output.result({ pathspec: `${flow}/${run}`, logs });
    });
  },
};

interface Rows {
  run: number;
  /** `last`: the task wrote nothing after it. */
  rows: AsyncIterable<TaskLogRow & { last?: boolean }>;
  /** True for one task: its text is printed unchanged. */
  alone: boolean;
}

/** The log rows. For a taken-over task, those of its origin. */
async function rowsOf(recorded: Recorded, output: Output): Promise<Rows> {
  const { flow, store, spec } = recorded;
  const run = await runOf(recorded, spec);
  if (spec.step !== undefined) requireRunStep(run, spec.step);
  await noteLost(store, run, output);
  if (spec.step !== undefined && spec.task !== undefined) {
    const { row } = await taskOf(store, run, { ...spec, step: spec.step });
    const at = addressIn(run.run, row.origin ?? `${row.step}/${row.task}`);
    return { run: at.run, rows: store.logs(flow, at.run, at.step, at.task), alone: true };
  }
  const { taken = 0, reused = 0 } = run.tasks ?? {};
  if (taken + reused > 0) {
    const from = taken > 0 ? `${flow}/${run.origin}` : 'earlier runs';
    const note = `${plural(taken + reused, 'task')} taken over from ${from}: the output is there`;
    output.write(`${output.colors.dim(note)}\n`);
  }
  return { run: run.run, rows: logsByTime(store, flow, run.run, spec.step), alone: false };
}

/** Joins lines that were stored in pieces, separately for each task and stream. */
class Lines {
  readonly #write: (label: string, line: string) => void;
  readonly #rests = new Map<string, string>();

  constructor(write: (label: string, line: string) => void) {
    this.#write = write;
  }

  add(task: string, stream: 'stdout' | 'stderr', text: string): void {
    const label = `${task} ${stream === 'stderr' ? '!' : '│'}`;
    // A line on one stream ends when the task writes to the other.
    this.#finish(`${task} ${stream === 'stderr' ? '│' : '!'}`);
    const lines = ((this.#rests.get(label) ?? '') + text).split('\n');
    const rest = lines.pop() as string;
    for (const line of lines) this.#write(label, line);
    if (rest === '') this.#rests.delete(label);
    else this.#rests.set(label, rest);
    if (rest.length > LONGEST_LINE) this.#finish(label);
  }

  /** Call when the task writes no more. */
  end(task: string): void {
    this.#finish(`${task} │`);
    this.#finish(`${task} !`);
  }

  #finish(label: string): void {
    const rest = this.#rests.get(label);
    if (rest !== undefined) this.#write(label, rest);
    this.#rests.delete(label);
  }
}

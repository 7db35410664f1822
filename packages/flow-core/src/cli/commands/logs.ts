/** nx-flow logs: what the tasks of a run printed. */
import type { Command } from '..';
import {
  flowName,
  namespaceOf,
  noMoreThan,
  openPlaceStore,
  pathspecOf,
  placeOf,
  requireKnown,
} from '../context';
import { requireRunStep, runOf, taskOf } from '../target';

export const command: Command = {
  spec: {
    name: 'logs',
    help: 'Print what a task, a step or a whole run wrote to its output',
    positionals: ['<flow>', '[run | run/step | run/step/task]'],
    options: {
      stdout: { type: 'boolean', help: 'Only what was written to stdout' },
      stderr: { type: 'boolean', help: 'Only what was written to stderr' },
    },
    families: [],
    examples: ['nx-flow logs movies', 'nx-flow logs movies 12/genre/3 --stderr'],
  },

  async execute(context) {
    noMoreThan(context, 2);
    const { output, options } = context;
    const place = placeOf(context);
    const store = await openPlaceStore(place, context);
    try {
      const flow = await flowName(place, context);
      const spec = pathspecOf(context.positionals[1], flow);
      await requireKnown(store, flow, place, context);
      const run = await runOf(store, flow, spec, namespaceOf(context));
      if (spec.step !== undefined) requireRunStep(run, spec.step);
      if (spec.step !== undefined && spec.task !== undefined)
        await taskOf(store, run, { ...spec, step: spec.step });
      const only =
        options.stdout === options.stderr ? undefined : options.stdout === true ? 'stdout' : 'stderr';
      const logs: object[] = [];
      const lines = new Lines((label, line) => output.write(`${output.colors.dim(label)} ${line}\n`));
      for await (const { step, task, attempt, stream, at, text } of store.logs(
        flow,
        run.run,
        spec.step,
        spec.task,
      )) {
        if (only !== undefined && stream !== only) continue;
        if (output.json)
          logs.push({ pathspec: `${flow}/${run.run}/${step}/${task}`, attempt, stream, at, text });
        else if (spec.task !== undefined) output.write(text);
        else lines.add(`${step}/${task} ${stream === 'stderr' ? '!' : '│'}`, text);
      }
      lines.end();
      output.result({ pathspec: `${flow}/${run.run}`, logs });
      return 0;
    } finally {
      await store.close();
    }
  },
};

/** Puts lines together that were kept in pieces. A stream of a task that follows another one begins a new line. */
class Lines {
  readonly #write: (label: string, line: string) => void;
  #label = '';
  #rest = '';

  constructor(write: (label: string, line: string) => void) {
    this.#write = write;
  }

  add(label: string, text: string): void {
    if (label !== this.#label) this.end();
    this.#label = label;
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() as string;
    for (const line of lines) this.#write(label, line);
  }

  end(): void {
    if (this.#rest !== '') this.#write(this.#label, this.#rest);
    this.#rest = '';
  }
}

/** nx-flow export: writes a run as one file, to import it elsewhere. */
import { relative, resolve } from 'node:path';
import { FlowError } from '../../definition/errors';
import { exportRun } from '../../engine/transfer/export';
import { exportToFile, requireTarget } from '../../engine/transfer/file';
import type { Sink } from '../../engine/transfer/write';
import { noMoreThan } from '../arguments';
import type { Command, Context } from '../command';
import { runOf } from '../lookup';
import { reading } from '../reading';
import type { Output } from '../render/output';
import { plural, size } from '../render/table';
import { transferProgress } from '../render/transfer';

export const command: Command = {
  spec: {
    name: 'export',
    help: 'Write a run that has ended into one file, with everything that a spin of its steps needs',
    positionals: ['<flow>', '<run>', '<file>'],
    options: {
      logs: { type: 'boolean', help: 'What the tasks printed goes along; --no-logs leaves it out' },
    },
    families: [],
    examples: [
      'nx-flow export movies latest movies.nxflow',
      'nx-flow export movies 12 - --no-logs | ssh build nx-flow import -',
    ],
    endsInOrder: true,
  },

  async execute(context) {
    noMoreThan(context, 3);
    const [flowGiven = '', text, given] = context.positionals;
    if (text === undefined || given === undefined) {
      throw new FlowError(
        'FLOW_USAGE',
        'Which run, and into which file? nx-flow export <flow> <run> <file>: the run by its number, or latest; - is stdout.',
      );
    }
    const piped = given === '-' || STDOUT.has(resolve(context.cwd, given));
    if (piped) requirePipe(context);
    // The file goes to stdout, so messages go to stderr.
    const output: Output = piped
      ? { ...context.output, live: false, write: context.output.note, raw: context.output.note }
      : context.output;
    const file = resolve(context.cwd, given);
    if (!piped) requireTarget(file);
    // Without a pathspec, the latest run is meant.
    const positionals = text === 'latest' ? [flowGiven] : [flowGiven, text];
    const progress = transferProgress('exporting', output);
    try {
      return await reading({ ...context, positionals }, 1, async (recorded) => {
        const { flow, store, spec } = recorded;
        if (spec.step !== undefined) {
          throw new FlowError(
            'FLOW_USAGE',
            `A run is exported whole: give ${spec.run ?? 'its number'}, or latest.`,
          );
        }
        const run = await runOf(recorded, spec);
        const options = {
          store,
          run,
          logs: context.options.logs !== false,
          progress: progress.tell,
          signal: context.signal,
        };
        const { id, tasks, artifacts, bytes } = piped
          ? await exportRun({ ...options, sink: stdout() })
          : await exportToFile(file, options);
        progress.close();
        const pathspec = `${flow}/${run.run}`;
        const where = piped ? 'stdout' : relative(context.cwd, file) || file;
        output.write(
          `${output.colors.bold(pathspec)} is in ${where}: ${plural(tasks, 'task')}, ${plural(artifacts, 'artifact')}, ${size(bytes)}\n`,
        );
        output.result({ pathspec, file, id, tasks, artifacts, bytes });
      });
    } finally {
      progress.close();
    }
  },
};

/** What is written there would come between what is printed. */
const STDOUT = new Set(['/dev/stdout', '/dev/fd/1', '/proc/self/fd/1']);

function requirePipe({ output }: Context): void {
  if (output.json)
    throw new FlowError('FLOW_USAGE', 'stdout takes either the file or --json: name a file instead of -.');
  if (process.stdout.isTTY)
    throw new FlowError(
      'FLOW_USAGE',
      'The file is not for a terminal: name one, or send stdout to a program.',
    );
}

/** Waits for a slow reader. */
function stdout(): Sink {
  return {
    write: (bytes) =>
      new Promise((done, fail) => {
        // Waits for the write, since the caller reuses the buffer.
        process.stdout.write(bytes, (error) => {
          if (!error) done();
          else fail(new FlowError('FLOW_EXPORT_FILE', `stdout was closed: ${error.message}.`, { exit: 1 }));
        });
      }),
  };
}

/** nx-flow verify: looks at every record and every file of the store. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { spinStoreFolder } from '../../engine/spin/persisted';
import type { Looked, StoreProblem } from '../../engine/verify/problem';
import { verifyStore } from '../../engine/verify/verify';
import { newestNumbers } from '../../store/numbers';
import { openStore } from '../../store/open';
import { noMoreThan, placeHere } from '../arguments';
import type { Command, Context } from '../command';
import { plural, size } from '../render/table';

export const command: Command = {
  spec: {
    name: 'verify',
    help: 'Look at every record of the store and at the files that they name: each problem with its place',
    positionals: [],
    options: {
      'read-data': {
        type: 'boolean',
        help: 'Read the bytes of every file, too: takes as long as reading them',
      },
    },
    families: [],
    examples: ['nx-flow verify', 'nx-flow verify --read-data --json'],
  },

  async execute(context) {
    noMoreThan(context, 0);
    const { store } = placeHere(context);
    const spins = spinStoreFolder(store);
    const folders = existsSync(join(spins, 'db')) ? [store, spins] : [store];
    const problems: StoreProblem[] = [];
    const looked: Looked[] = [];
    for (const folder of folders) {
      const opened = openStore(folder);
      const readData = context.options['read-data'] === true;
      try {
        looked.push(
          await verifyStore(opened, {
            readData,
            numbers: newestNumbers(folder),
            report(problem) {
              problems.push(problem);
              renderProblem(context, problem);
            },
          }),
        );
      } finally {
        await opened.close();
      }
    }
    const all = looked.reduce(sum);
    render(context, all, problems.length);
    context.output.result({ store, ...all, problems });
    return problems.length > 0 ? 1 : 0;
  },
};

function sum(a: Looked, b: Looked): Looked {
  return {
    runs: a.runs + b.runs,
    records: a.records + b.records,
    files: a.files + b.files,
    bytes: a.bytes + b.bytes,
    unused: { files: a.unused.files + b.unused.files, bytes: a.unused.bytes + b.unused.bytes },
  };
}

function renderProblem({ output }: Context, { where, message }: StoreProblem): void {
  output.write(`${output.colors.red('✗')} ${where}  ${message}\n`);
}

function render({ output }: Context, looked: Looked, problems: number): void {
  const { colors } = output;
  const { runs, records, files, bytes, unused } = looked;
  const mark = problems > 0 ? colors.red('✗') : colors.green('✓');
  const counts = [
    plural(runs, 'run'),
    plural(records, 'record'),
    ...(files > 0 ? [`${plural(files, 'file')} of ${size(bytes)}`] : []),
  ];
  output.write(
    `${mark} ${counts.join(', ')}: ${problems > 0 ? plural(problems, 'problem') : 'no problems'}\n`,
  );
  if (unused.files > 0)
    output.write(
      colors.dim(
        `${plural(unused.files, 'file')} of ${size(unused.bytes)} belong to no artifact, and do no harm.\n`,
      ),
    );
}

/** nx-flow verify: looks at every record and every file of the store; with --repair, salvages what is whole of a damaged one. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isFlowError } from '../../definition/errors';
import { spinStoreFolder } from '../../engine/spin/persisted';
import { damagedFiles } from '../../engine/verify/database-files';
import { requireNoRuns } from '../../engine/verify/live-runs';
import type { Shared } from '../../engine/verify/named-files';
import { damagedNumbersFile } from '../../engine/verify/numbers-file';
import type { Looked, Report, StoreProblem } from '../../engine/verify/problem';
import { verifyStore } from '../../engine/verify/verify';
import { newestNumbers } from '../../store/level/numbers';
import { openStore } from '../../store/open';
import type { Store } from '../../store/store';
import { noMoreThan, storeHere } from '../arguments';
import type { Command, Context } from '../command';
import type { RepairJson } from '../json/shapes';
import { plural, size } from '../render/table';
import { wrongShared } from '../shared-blobs';

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
      repair: {
        type: 'boolean',
        help: 'Keep what is whole of a damaged store, and note what is lost; the old database is kept, too',
      },
    },
    families: [],
    examples: ['nx-flow verify', 'nx-flow verify --read-data --json', 'nx-flow verify --repair'],
  },

  async execute(context) {
    noMoreThan(context, 0);
    const { store, workspace } = storeHere(context);
    const spins = spinStoreFolder(store);
    const folders = existsSync(spins) ? [store, spins] : [store];
    const problems: StoreProblem[] = [];
    const looked: Looked[] = [];
    const repairs: RepairJson[] = [];
    for (const folder of folders) {
      const found = await verify(folder, workspace, context);
      const repaired =
        found.problems.length > 0 && context.options.repair === true
          ? await repair(folder, found, context)
          : undefined;
      looked.push(repaired?.looked ?? found.looked);
      problems.push(...(repaired?.problems ?? found.problems));
      if (repaired) repairs.push(repaired.json);
    }
    const all = looked.reduce(sum);
    const told = new Set(repairs.flatMap(({ lost }) => lost.map(({ where }) => where)));
    const lost = all.lost.filter(({ where }) => !told.has(where));
    render(context, { ...all, lost }, problems.length);
    context.output.result({
      ...{ store, ...all, problems },
      ...(repairs.length > 0 ? { repairs } : {}),
    });
    return problems.length > 0 || repairs.some(({ lost }) => lost.length > 0) ? 1 : 0;
  },
};

interface Verified {
  looked: Looked;
  problems: StoreProblem[];
}

interface Repaired extends Verified {
  json: RepairJson;
}

async function verify(folder: string, workspace: string, context: Context): Promise<Verified> {
  const problems: StoreProblem[] = [];
  const report = (problem: StoreProblem) => {
    problems.push(problem);
    renderProblem(context, problem);
  };
  const readData = context.options['read-data'] === true;
  const numbers = newestNumbers(folder);
  const opened = await opening(folder, report);
  // Whoever opens a database notes what is damaged of its logs.
  for (const problem of damagedFiles(folder)) report(problem);
  for (const problem of await damagedNumbersFile(folder, opened?.kv)) report(problem);
  if (!opened) return { looked: NOTHING, problems };
  try {
    const shared: Shared = (files) => wrongShared({ store: folder, workspace }, files, readData);
    const looked = await verifyStore(opened, { readData, numbers, report, shared });
    // In a store that cannot be opened, nothing goes on.
    if (problems.length > 0 && context.options.repair === true) await requireNoRuns(opened, folder);
    return { looked, problems };
  } finally {
    await opened.close();
  }
}

/** Opens a store; undefined, where its database is gone or cannot be opened. */
async function opening(folder: string, report: Report): Promise<Store | undefined> {
  let store: Store | undefined;
  try {
    store = openStore(folder);
    // One that is not there yet is not made.
    await store.kv.range({ gte: '', lt: '\0', limit: 1 });
    return store;
  } catch (error) {
    await store?.close();
    if (!isFlowError(error) || error.code !== 'FLOW_STORE_CORRUPT') throw error;
    report({ where: join(folder, 'db'), message: error.message });
    return undefined;
  }
}

async function repair(folder: string, found: Verified, context: Context): Promise<Repaired> {
  const { output } = context;
  const { colors } = output;
  const { repairStore } = await import('../../engine/verify/repair');
  const problems: StoreProblem[] = [];
  output.write(colors.dim(`Repairing ${folder}\n`));
  const { looked, lost, old, bytes } = await repairStore(folder, {
    readData: context.options['read-data'] === true,
    report: (problem) => problems.push(problem),
  });
  const told = new Set(found.problems.map(({ message }) => message));
  for (const { where, message } of lost)
    if (!told.has(message)) output.write(`${colors.yellow('!')} ${where}  ${message}\n`);
  for (const problem of problems) renderProblem(context, problem);
  output.write(
    `${colors.green('✓')} Repaired: ${lost.length === 0 ? 'nothing is lost' : `${plural(lost.length, 'line')} above ${lost.length === 1 ? 'says' : 'say'} what is lost`}. ${colors.dim(`The old database is ${old} (${size(bytes)}): remove it when you miss nothing.`)}\n`,
  );
  return { looked, problems, json: { store: folder, lost, old, bytes } };
}

const NOTHING: Looked = {
  ...{ runs: 0, records: 0, files: 0, bytes: 0, lost: [] },
  unused: { files: 0, bytes: 0 },
};

function sum(a: Looked, b: Looked): Looked {
  return {
    runs: a.runs + b.runs,
    records: a.records + b.records,
    files: a.files + b.files,
    bytes: a.bytes + b.bytes,
    lost: [...a.lost, ...b.lost],
    unused: { files: a.unused.files + b.unused.files, bytes: a.unused.bytes + b.unused.bytes },
  };
}

function renderProblem({ output }: Context, { where, message }: StoreProblem): void {
  output.write(`${output.colors.red('✗')} ${where}  ${message}\n`);
}

function render({ output, options }: Context, looked: Looked, problems: number): void {
  const { colors } = output;
  const { runs, records, files, bytes, lost, unused } = looked;
  const mark = problems > 0 ? colors.red('✗') : colors.green('✓');
  const counts = [
    plural(runs, 'run'),
    plural(records, 'record'),
    ...(files > 0 ? [`${plural(files, 'file')} of ${size(bytes)}`] : []),
  ];
  output.write(
    `${mark} ${counts.join(', ')}: ${problems > 0 ? plural(problems, 'problem') : 'no problems'}\n`,
  );
  if (problems > 0 && !options.repair)
    output.write(colors.dim('nx-flow verify --repair keeps what is whole, and notes what is lost.\n'));
  for (const { where, message } of lost) output.write(colors.dim(`! ${where} ${message}\n`));
  if (unused.files > 0)
    output.write(
      colors.dim(
        `${plural(unused.files, 'file')} of ${size(unused.bytes)} belong to no artifact, and do no harm.\n`,
      ),
    );
}

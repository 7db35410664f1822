/** nx-flow store: what takes the space. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { thousands } from '../../definition/thousands';
import { OnDisk } from '../../engine/housekeeping/on-disk';
import {
  type BesideUsage,
  type StoreUsage,
  usageBeside,
  usageOfStore,
} from '../../engine/housekeeping/overview';
import { spinStoreFolder } from '../../engine/spin/persisted';
import { openStore } from '../../store/open';
import { noMoreThan, storeHere } from '../arguments';
import type { Command, Context } from '../command';
import { plural, size, table } from '../render/table';

export const command: Command = {
  spec: {
    name: 'store',
    help: 'Say what takes the space: runs by flow, large values, persisted spins, outputs, packages, caches',
    positionals: [],
    options: {},
    families: [],
    examples: ['nx-flow store', 'nx-flow store --json'],
  },

  async execute(context) {
    noMoreThan(context, 0);
    const { store, workspace } = storeHere(context);
    const spinFolder = spinStoreFolder(store);
    const disk = new OnDisk();
    const usage = await usageOf(store, disk);
    const spins = existsSync(join(spinFolder, 'db')) ? await usageOf(spinFolder, disk) : null;
    const beside = usageBeside({ store, workspace }, disk);
    render(context, store, usage, spins, beside);
    context.output.result({ store, ...usage, spins, beside });
    return 0;
  },
};

async function usageOf(folder: string, disk: OnDisk): Promise<StoreUsage> {
  const store = openStore(folder);
  try {
    return await usageOfStore(store, folder, disk);
  } finally {
    await store.close();
  }
}

/** What lies beside the records, in words. */
const BESIDE: Record<keyof BesideUsage, string> = {
  spins: 'Outputs of spins',
  handovers: 'Hand-overs of steps',
  packages: 'Packages of steps',
  cards: 'Cards that were written',
  compiled: 'Compiled code',
  index: 'Index and keys',
  temporary: 'Left by commands that are gone',
  other: 'Other files of the store',
};

function render(
  { output }: Context,
  folder: string,
  usage: StoreUsage,
  spins: StoreUsage | null,
  beside: BesideUsage,
): void {
  const rows = [...rowsOf(usage, ''), ...(spins ? rowsOf(spins, 'spins of ') : [])];
  const right = (head: string) => ({ head, align: 'right' as const });
  const columns = [
    { head: 'Flow', shrink: true },
    right('Runs'),
    right('Records'),
    right('Output'),
    right('Large values'),
  ];
  if (rows.length > 0) output.write(table(columns, rows, output.columns, output.colors.dim));
  const lines = [
    ['Database', size(usage.database + (spins?.database ?? 0))],
    [
      'Large values',
      `${size(usage.fileBytes + (spins?.fileBytes ?? 0))} in ${plural(usage.files + (spins?.files ?? 0), 'file')}`,
    ],
    ...Object.entries(BESIDE).flatMap(([kind, words]) => {
      const { count, bytes } = beside[kind as keyof BesideUsage];
      return count === 0 ? [] : [[words, `${size(bytes)} in ${thousands(count)}`]];
    }),
    ...(usage.removed > 0 ? [['Removed runs', thousands(usage.removed)]] : []),
  ];
  output.write(table([{ head: folder }, { head: '' }], lines, output.columns, output.colors.dim));
}

function rowsOf({ flows }: StoreUsage, prefix: string): string[][] {
  return flows.map(({ flow, runs, records, logs, files, fileBytes }) => [
    `${prefix}${flow}`,
    thousands(runs),
    size(records),
    size(logs),
    files === 0 ? '' : size(fileBytes),
  ]);
}

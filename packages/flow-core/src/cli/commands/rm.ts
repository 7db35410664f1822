/** nx-flow rm: removes runs. Their numbers are never used again. */
import { FlowError } from '../../definition/errors';
import { type Removed, removeRuns } from '../../engine/housekeeping/remove';
import { wouldRemove } from '../../engine/housekeeping/would-remove';
import { requireRun } from '../../engine/record/find-run';
import { spinStoreFolder } from '../../engine/spin/persisted';
import { currentUser } from '../../environment/user';
import { findPlaceFile } from '../../session/place';
import { withReserves } from '../../store/folder/reserve';
import type { RunRow } from '../../store/rows/rows';
import type { Store } from '../../store/store';
import { namespaceOf, openReadStore, pathspecOf, placeOf } from '../arguments';
import type { Command, Context } from '../command';
import { SPIN_STORE } from '../options';
import { flowName } from '../reading';
import { removalProgress, removedJson, renderBlobs, renderLeft } from '../render/housekeeping';

export const command: Command = {
  spec: {
    name: 'rm',
    help: 'Remove runs of a flow, by their numbers or by tags; what other runs need of them stays',
    positionals: ['<flow>', '[run…]'],
    options: {
      ...SPIN_STORE,
      tag: { type: 'string', many: true, value: 'tag', help: 'All runs that have this tag; all of several' },
      'dry-run': { type: 'boolean', help: 'Say what would be removed, and change nothing' },
    },
    families: [],
    examples: [
      'nx-flow rm movies 12',
      'nx-flow rm movies 12 13 14 --dry-run',
      'nx-flow rm movies --tag=exp1',
    ],
  },

  async execute(context) {
    const { output } = context;
    const dryRun = context.options['dry-run'] === true;
    const place = placeOf(context);
    const store = await openReadStore(place, context);
    const progress = removalProgress(output);
    try {
      const flow = await flowName(place, context);
      const rows = await wanted(context, store, flow, () => findPlaceFile(place));
      for (const row of rows) requireEnded(row);
      const removed = dryRun
        ? await wouldRemove(store, rows)
        : await withReserves([place.store, spinStoreFolder(place.store)], () =>
            removeRuns(store, rows, { by: currentUser(), at: Date.now(), progress: progress.tell }),
          );
      progress.close();
      if (!dryRun) for (const row of rows) requireRemoved(row, removed);
      render(context, removed, dryRun);
      output.result(removedJson(removed, dryRun));
      return 0;
    } finally {
      progress.close();
      await store.close();
    }
  },
};

/** The rows are read without pins: this command itself must not keep them. */
async function wanted(
  context: Context,
  store: Store,
  flow: string,
  requireFlow: () => Promise<unknown>,
): Promise<RunRow[]> {
  const specs = context.positionals.slice(1).map((text) => ({ text, ...pathspecOf(text, flow) }));
  const tags = (context.options.tag as string[] | undefined) ?? [];
  if (specs.length > 0 && tags.length > 0)
    throw new FlowError(
      'FLOW_USAGE',
      'Runs are removed by their numbers or by tags, and both are given: leave out the numbers, or --tag.',
    );
  if (specs.length === 0 && tags.length === 0)
    throw new FlowError(
      'FLOW_USAGE',
      `Which runs? Give their numbers, or tags: nx-flow rm ${flow} 12 13, nx-flow rm ${flow} --tag=exp1.`,
    );
  if (!(await hasRuns(store, flow))) await requireFlow();
  if (tags.length > 0) return byTags(store, flow, namespaceOf(context), tags);
  const numbers = specs.map(({ text, run, step }) => {
    if (run !== undefined && step === undefined) return run;
    throw new FlowError('FLOW_USAGE', `"${text}" is no run: runs are removed as a whole, by their numbers.`);
  });
  const rows: RunRow[] = [];
  for (const run of new Set(numbers))
    rows.push((await store.unpinnedRun(flow, run)) ?? (await requireRun(store, flow, run)));
  return rows;
}

async function hasRuns(store: Store, flow: string): Promise<boolean> {
  for await (const page of store.pagesOfTagged(flow)) if (page.length > 0) return true;
  return false;
}

async function byTags(
  store: Store,
  flow: string,
  namespace: string | undefined,
  tags: string[],
): Promise<RunRow[]> {
  const rows: RunRow[] = [];
  for await (const page of store.pagesOfTagged(flow, { namespace, tags })) rows.push(...page);
  if (rows.length > 0) return rows;
  const which = tags.map((tag) => `"${tag}"`).join(' and ');
  const where = namespace === undefined ? '' : ` in the namespace ${namespace}`;
  const list = `nx-flow runs ${flow}${namespace === undefined ? ' --namespace=everybody' : ''} lists its runs with their tags`;
  throw new FlowError('FLOW_RUN_NOT_FOUND', `${flow} has no run with the tag ${which}${where}: ${list}.`);
}

/** @throws FlowError FLOW_RUN_GOES_ON */
function requireEnded({ flow, run, status }: RunRow): void {
  if (status === 'running')
    throw new FlowError(
      'FLOW_RUN_GOES_ON',
      `${flow}/${run} still runs: a run can be removed when it has ended. Nothing was removed.`,
    );
}

/** @throws FlowError FLOW_RUN_GOES_ON for a killed run whose process may come back */
function requireRemoved({ flow, run }: RunRow, { runs }: Removed): void {
  if (!runs.includes(`${flow}/${run}`))
    throw new FlowError(
      'FLOW_RUN_GOES_ON',
      `${flow}/${run} may still run: its process may be about to come back. Remove it in half a minute.`,
    );
}

function render({ output, options }: Context, removed: Removed, dryRun: boolean): void {
  const mark = output.colors.green('✓');
  const what = options.spin === true ? 'the spin ' : '';
  for (const run of removed.runs)
    output.write(`${mark} ${what}${run} ${dryRun ? 'would be' : 'was'} removed\n`);
  renderLeft(removed, output);
  renderBlobs(removed.blobs, dryRun, output);
}

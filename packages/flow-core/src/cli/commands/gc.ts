/** nx-flow gc: removes the runs that a policy lets go, and all that nothing needs any more. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseDuration } from '../../definition/duration';
import { FlowError } from '../../definition/errors';
import { accept } from '../../engine/housekeeping/accepted';
import { clockOff } from '../../engine/housekeeping/clock';
import { type Collected, collect, isUndone } from '../../engine/housekeeping/collect';
import { sizeOf } from '../../engine/housekeeping/overview';
import { declaredPolicy, type Policy, parseSize, removes } from '../../engine/housekeeping/policy';
import { spinStoreFolder } from '../../engine/spin/persisted';
import { currentUser } from '../../environment/user';
import { withReserves } from '../../store/folder/reserve';
import { openStore } from '../../store/open';
import type { Store } from '../../store/store';
import { namespaceOf, noMoreThan, storeHere } from '../arguments';
import type { Command, Context } from '../command';
import { renderCollected } from '../render/gc';
import { removalProgress, removedJson } from '../render/housekeeping';
import { renderShared, sweepShared } from '../shared-blobs';

export const command: Command = {
  spec: {
    name: 'gc',
    help: 'Remove the runs that a policy lets go, and files that nothing refers to; by default as flow.json says',
    positionals: [],
    options: {
      'keep-last': {
        type: 'number',
        value: 'n',
        help: 'Keep the newest so many runs of each flow in each namespace',
      },
      keep: { type: 'string', value: 'duration', help: 'Keep runs that are not older, such as 30d' },
      'keep-tag': {
        type: 'string',
        many: true,
        value: 'tag',
        help: 'Keep runs that have this tag; may be given several times',
      },
      'max-size': {
        type: 'string',
        value: 'size',
        help: 'Let the oldest go until runs take no more, such as 10GB',
      },
      'dry-run': { type: 'boolean', help: 'Say what would go, and change nothing' },
    },
    families: [],
    examples: [
      'nx-flow gc --keep-last=20 --keep-tag=prod --dry-run',
      'nx-flow gc --keep=30d --namespace=everybody',
      'nx-flow gc',
    ],
  },

  async execute(context) {
    noMoreThan(context, 0);
    const { store: folder, workspace } = storeHere(context);
    const dryRun = context.options['dry-run'] === true;
    const given = givenPolicy(context);
    const declared = given === undefined ? declaredPolicy(workspace) : undefined;
    const policy = given ?? declared ?? {};
    const now = Date.now();
    const spinFolder = spinStoreFolder(folder);
    const databases = [folder, spinFolder].map((store) => join(store, 'db'));
    const store = openStore(folder);
    let spins: Store | undefined;
    const progress = removalProgress(context.output);
    try {
      // Where one of them cannot be read, such as by a newer format, the other is not touched.
      await store.kv.range(FIRST);
      if (existsSync(join(spinFolder, 'db'))) spins = openStore(spinFolder);
      await spins?.kv.range(FIRST);
      const before = total(databases);
      const collecting = () =>
        collect(store, {
          ...{ policy, namespace: namespaceOf(context), now, dryRun, by: currentUser() },
          ...(spins ? { spins } : {}),
          beside: { store: folder, workspace },
          progress: progress.tell,
        });
      const collected = await (dryRun ? collecting() : withReserves([folder, spinFolder], collecting));
      progress.close();
      const shared = await sweepShared([store, ...(spins ? [spins] : [])], {
        store: folder,
        workspace,
        dryRun,
        now,
      });
      if (declared && removes(declared) && !dryRun && existsSync(folder)) accept(folder, declared, now);
      const bytes = freed(collected) + (dryRun ? 0 : Math.max(0, before - total(databases)));
      const rows = collected.judged.map(({ row }) => row);
      const off = clockOff(rows, parseDuration(policy.keep) ?? 0, now);
      renderCollected(collected, { policy, dryRun, bytes, off }, context.output);
      renderShared(shared, dryRun, context.output);
      context.output.result({
        ...jsonOf(collected, bytes, dryRun),
        ...(shared.length > 0 ? { shared } : {}),
      });
      return isUndone(collected) ? 1 : 0;
    } finally {
      progress.close();
      await Promise.all([store.close(), spins?.close()]);
    }
  },
};

const FIRST = { gte: '', lt: '\x7f', limit: 1 };

/** Undefined where no option of a policy is given. @throws FlowError FLOW_OPTION */
function givenPolicy({ options }: Context): Policy | undefined {
  const { keep } = options as { keep?: string };
  const keepLast = options['keep-last'] as number | undefined;
  const keepTags = options['keep-tag'] as string[] | undefined;
  const maxSize = options['max-size'] as string | undefined;
  if (keep !== undefined && parseDuration(keep) === undefined)
    throw new FlowError('FLOW_OPTION', `--keep takes a duration such as 30d or 12h, not "${keep}".`);
  if (maxSize !== undefined && parseSize(maxSize) === undefined)
    throw new FlowError('FLOW_OPTION', `--max-size takes a size such as 500MB or 10GB, not "${maxSize}".`);
  const policy = {
    ...(keepLast === undefined ? {} : { keepLast }),
    ...(keep === undefined ? {} : { keep }),
    ...(keepTags === undefined ? {} : { keepTags }),
    ...(maxSize === undefined ? {} : { maxSize }),
  };
  return Object.keys(policy).length > 0 ? policy : undefined;
}

const total = (folders: readonly string[]) => folders.reduce((sum, folder) => sum + sizeOf(folder), 0);

const freed = ({ blobs, beside }: Collected) =>
  Object.values(beside).reduce((sum, { bytes }) => sum + bytes, blobs.bytes);

function jsonOf(collected: Collected, bytes: number, dryRun: boolean) {
  return {
    ...removedJson(collected, dryRun),
    runs: collected.judged.map(({ row, kept, goes }) => ({
      pathspec: `${row.flow}/${row.run}`,
      ...{ status: row.status, startedAt: row.startedAt, tags: row.tags },
      ...{ kept: kept !== undefined, reason: kept ?? goes ?? null },
    })),
    spins: collected.spins,
    beside: collected.beside,
    bytes,
  };
}

/**
 * A flow's snapshot: the file of a run at a place of its own, which Nx caches and restores. Whoever needs recorded
 * inputs takes the run out of it, where no newer one is there: that is how they come to a fresh machine.
 */
import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import type { Context } from '../cli/command';
import { FlowError, isFlowError } from '../definition/errors';
import { snapshotFile } from '../engine/outputs/layout';
import type { Head } from '../engine/transfer/format';
import { currentUser, EVERYBODY, ownNamespace } from '../environment/user';
import type { Store } from '../store/store';
import type { Place } from './place';

/** Where an imported run is to be found. @throws FlowError FLOW_NAMESPACE */
export function importNamespace({ options }: Context): string {
  const given = (options.namespace as string | undefined) ?? ownNamespace();
  if (given !== EVERYBODY) return given;
  throw new FlowError(
    'FLOW_NAMESPACE',
    `A run is in one namespace, and "${EVERYBODY}" stands for all of them: give another, or none.`,
  );
}

/** Whoever looks at everybody's runs finds an imported one among their own. */
function namespaceFor(context: Context): string {
  return context.options.namespace === EVERYBODY ? ownNamespace() : importNamespace(context);
}

/**
 * What the snapshot's file says of its run, where the run is to be imported: it is not here already, and no newer one is.
 * Where there is no file, this costs one look at the disk.
 * @throws FlowError FLOW_IMPORT_CORRUPT, FLOW_IMPORT_FORMAT
 */
export async function awaitedSnapshot(
  context: Context,
  place: Place,
  flow: string,
  store: Store,
): Promise<Head | undefined> {
  const file = snapshotFile(place.workspace, flow);
  if (!existsSync(file)) return undefined;
  const { headOfFile } = await import('../engine/transfer/file');
  const { knownRun } = await import('../engine/transfer/import');
  const namespace = namespaceFor(context);
  const head = await headOfFile(file);
  if (head.run.flow !== flow || (await knownRun(store, head, namespace))) return undefined;
  const newest = await store.latest(flow, namespace);
  return newest && newest.startedAt >= head.run.startedAt ? undefined : head;
}

/** Imports the run of the snapshot. One line says so; a snapshot that cannot be imported stops nothing that works without it. */
export async function takeSnapshot(
  context: Context,
  place: Place,
  flow: string,
  store: Store,
): Promise<void> {
  const { output, signal, cwd } = context;
  const file = snapshotFile(place.workspace, flow);
  const name = relative(cwd, file);
  try {
    const head = await awaitedSnapshot(context, place, flow, store);
    if (!head) return;
    const { importFromFile } = await import('../engine/transfer/file');
    const { originText } = await import('../cli/render/transfer');
    const options = { store, name, namespace: namespaceFor(context), user: currentUser(), signal };
    const { run } = await importFromFile(file, options);
    output.write(
      `${output.colors.dim(`imported the snapshot ${name} as ${flow}/${run.run}: ${originText(head.run)}`)}\n`,
    );
  } catch (error) {
    if (!isFlowError(error)) throw error;
    output.write(`${output.colors.yellow('!')} the snapshot was not taken: ${error.message}\n`);
  }
}

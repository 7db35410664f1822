/**
 * A flow's snapshot: the file of a run at a place of its own, which Nx caches and restores. Whoever needs recorded
 * inputs takes the run out of it, where no newer one is there: that is how they come to a fresh machine.
 */
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { FlowError, isFlowError } from '../definition/errors';
import { currentUser, EVERYBODY, ownNamespace } from '../source/user';
import type { Store } from '../store/store';
import type { Context, Place } from './context';

export function snapshotFile(workspace: string, flow: string): string {
  return join(workspace, 'dist', 'flow', flow, 'snapshot', `${flow}.nxflow`);
}

/** Where an imported run is to be found. @throws FlowError FLOW_NAMESPACE */
export function importNamespace({ options }: Context): string {
  const given = (options.namespace as string | undefined) ?? ownNamespace();
  if (given !== EVERYBODY) return given;
  throw new FlowError(
    'FLOW_NAMESPACE',
    `A run is in one namespace, and "${EVERYBODY}" stands for all of them: give another, or none.`,
  );
}

/**
 * Imports the run of the snapshot, unless it is here already or a newer one is. One line says so; a snapshot that cannot
 * be imported stops nothing that works without it. Where there is none, this costs one look at the disk.
 */
export async function takeSnapshot(
  context: Context,
  place: Place,
  flow: string,
  store: Store,
): Promise<void> {
  const file = snapshotFile(place.workspace, flow);
  if (!existsSync(file)) return;
  const { headOfFile, importFromFile } = await import('../engine/transfer/file');
  const { knownRun } = await import('../engine/transfer/import');
  const { output, signal } = context;
  // Whoever looks at everybody's runs finds it among their own.
  const namespace = context.options.namespace === EVERYBODY ? ownNamespace() : importNamespace(context);
  const name = relative(context.cwd, file);
  try {
    const head = await headOfFile(file);
    if (head.run.flow !== flow || (await knownRun(store, head, namespace))) return;
    const newest = await store.latest(flow, namespace);
    if (newest && newest.startedAt >= head.run.startedAt) return;
    const { run } = await importFromFile(file, { store, name, namespace, user: currentUser(), signal });
    const { originText } = await import('./render/transfer');
    output.write(
      `${output.colors.dim(`imported the snapshot ${name} as ${flow}/${run.run}: ${originText(head.run)}`)}\n`,
    );
  } catch (error) {
    if (!isFlowError(error)) throw error;
    output.write(`${output.colors.yellow('!')} the snapshot was not taken: ${error.message}\n`);
  }
}

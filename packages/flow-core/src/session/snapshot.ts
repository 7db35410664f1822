/**
 * The snapshot of a flow: the exported file of a run, which Nx caches and restores. A command that needs recorded
 * inputs imports the run from it, unless the store has a newer one. So a fresh machine gets the inputs.
 */
import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { FlowError, isFlowError } from '../definition/errors';
import type { Head } from '../engine/transfer/format';
import { snapshotFile } from '../environment/output-folders';
import { currentUser, EVERYBODY, ownNamespace } from '../environment/user';
import type { Store } from '../store/store';
import type { Place } from './place';
import type { Session } from './session';

/** The namespace of an imported run. @param given the option's value @throws FlowError FLOW_NAMESPACE */
export function importNamespace(given = ownNamespace()): string {
  if (given !== EVERYBODY) return given;
  throw new FlowError(
    'FLOW_NAMESPACE',
    `A run is in one namespace, and "${EVERYBODY}" stands for all of them: give another, or none.`,
  );
}

/** With `everybody`, a run is imported into the user's own namespace. */
function namespaceFor(given: string | undefined): string {
  return given === EVERYBODY ? ownNamespace() : importNamespace(given);
}

/**
 * Returns the head of the snapshot's file if its run is to be imported: the store has neither the run nor a newer
 * one. Without a file, this costs one look at the disk.
 * @param given the namespace option's value
 * @throws FlowError FLOW_IMPORT_CORRUPT, FLOW_IMPORT_FORMAT
 */
export async function awaitedSnapshot(
  { workspace }: Pick<Place, 'workspace'>,
  flow: string,
  store: Store,
  given: string | undefined,
): Promise<Head | undefined> {
  const file = snapshotFile(workspace, flow);
  if (!existsSync(file)) return undefined;
  const { headOfFile } = await import('../engine/transfer/file');
  const { knownRun } = await import('../engine/transfer/known-run');
  const namespace = namespaceFor(given);
  const head = await headOfFile(file);
  if (head.run.flow !== flow || (await knownRun(store, head, namespace))) return undefined;
  const newest = await store.latest(flow, namespace);
  return newest && newest.startedAt >= head.run.startedAt ? undefined : head;
}

/**
 * Imports the run of the snapshot if needed. A snapshot that cannot be imported does not fail the command: an
 * event reports it.
 */
export async function importSnapshot(
  { graph, store, workspace, emit, signal }: Session,
  cwd: string,
  given: string | undefined,
): Promise<void> {
  const { flow } = graph;
  const file = snapshotFile(workspace, flow);
  const name = relative(cwd, file);
  try {
    const head = await awaitedSnapshot({ workspace }, flow, store, given);
    if (!head) return;
    const { importFromFile } = await import('../engine/transfer/file');
    const options = { store, name, namespace: namespaceFor(given), user: currentUser() };
    const { run } = await importFromFile(file, { ...options, ...(signal ? { signal } : {}) });
    emit({ type: 'snapshot-imported', file: name, flow, run: run.run, origin: originText(head.run) });
  } catch (error) {
    if (!isFlowError(error)) throw error;
    emit({ type: 'snapshot-refused', message: error.message });
  }
}

/** `movies/12 of ada on build-7, done` */
export function originText(run: Pick<Head['run'], 'flow' | 'run' | 'user' | 'status' | 'host'>): string {
  return `${run.flow}/${run.run} of ${run.user} on ${run.host}, ${run.status}`;
}

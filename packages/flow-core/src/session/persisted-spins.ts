/** Persisted spins (`--persist`): their store, for the spins that write to it and the commands that read it. */
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { FlowError } from '../definition/errors';
import { PersistedSpin, spinStoreFolder } from '../engine/spin/persisted';
import { ownNamespace } from '../environment/user';
import { openStore } from '../store/open';
import type { Store } from '../store/store';
import type { Session } from './session';

export interface PersistOptions {
  /** The namespace in which the inputs were looked up. Undefined means all. */
  namespace: string | undefined;
  /** Parameters that were given for this spin. */
  paramInputs: Record<string, unknown>;
}

/** Begins a persisted spin: takes its number and returns where it is recorded. */
export type BeginPersisted = (
  step: string,
  origin: string | undefined,
  params: Parameters<typeof PersistedSpin.begin>[3],
) => Promise<PersistedSpin>;

/** The store of persisted spins, opened when the first one begins. */
export interface PersistedSpins {
  /** @throws FlowError FLOW_STORE_UNWRITABLE */
  begin: BeginPersisted;
  /** The folder of their large values. */
  cas: string;
  close(): Promise<void>;
}

/** @param folder The folder of the real store: whether that can be read is known before the other is opened. */
export function openPersistedSpins(
  session: Session,
  folder: string,
  options: PersistOptions,
): PersistedSpins {
  const spins = spinStoreFolder(folder);
  let store: Store | undefined;
  return {
    begin(...spin) {
      store ??= openStore(spins);
      return beginIn(session, store, options)(...spin);
    },
    cas: join(spins, 'cas'),
    close: async () => store?.close(),
  };
}

export function beginIn(
  { graph, store: from, user, file, workspace }: Session,
  store: Store,
  { namespace, paramInputs }: PersistOptions,
): BeginPersisted {
  return (step, origin, params) =>
    PersistedSpin.begin(
      {
        ...{ graph, store, user, paramInputs },
        from: from.cas,
        namespace: namespace ?? ownNamespace(),
        ...(file === undefined ? {} : { file: relative(workspace, file) }),
      },
      step,
      origin,
      params,
    );
}

/** The folder of persisted spins. @throws FlowError FLOW_RUN_NOT_FOUND when there are none */
export function persistedSpinsFolder(store: string, flow?: string): string {
  const folder = spinStoreFolder(store);
  if (existsSync(folder)) return folder;
  throw nothingPersisted(store, flow);
}

/** @param flow absent where any would do */
export function nothingPersisted(store: string, flow?: string): FlowError {
  return new FlowError(
    'FLOW_RUN_NOT_FOUND',
    `No spin${flow === undefined ? '' : ` of ${flow}`} was persisted in ${spinStoreFolder(store)} yet: nx-flow spin ${flow ?? '<flow>'} <step> --persist stores one.`,
  );
}

/** Spins that are kept: their store, for the commands that write to it and those that read it. */
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { namespaceOf } from '../cli/arguments';
import type { Context } from '../cli/command';
import { givenParams } from '../cli/given';
import { FlowError } from '../definition/errors';
import type { Graph } from '../definition/graph';
import { KeptSpin, spinStoreFolder } from '../engine/spin/kept';
import { currentUser, ownNamespace } from '../environment/user';
import { openStore } from '../store/open';
import type { Store } from '../store/store';
import type { Place } from './place';

export interface Keeper {
  begin(
    step: string,
    origin: string | undefined,
    params: Parameters<typeof KeptSpin.begin>[3],
  ): Promise<KeptSpin>;
  /** Where large values are kept. */
  cas: string;
  close(): Promise<void>;
}

/** @throws FlowError FLOW_STORE_UNWRITABLE */
export function openKeeper(context: Context, place: Place, file: string, graph: Graph, from: Store): Keeper {
  const folder = spinStoreFolder(place.store);
  const store = openStore(folder);
  return {
    begin: (step, origin, params) =>
      KeptSpin.begin(
        {
          graph,
          store,
          from: from.cas,
          user: currentUser(),
          namespace: namespaceOf(context) ?? ownNamespace(),
          given: givenParams(context),
          file: relative(place.workspace, file),
        },
        step,
        origin,
        params,
      ),
    cas: join(folder, 'cas'),
    close: () => store.close(),
  };
}

/** The folder of kept spins. @throws FlowError FLOW_RUN_NOT_FOUND where none was kept */
export function keptSpins(store: string, flow: string): string {
  const folder = spinStoreFolder(store);
  if (existsSync(folder)) return folder;
  throw nothingKept(store, flow);
}

export function nothingKept(store: string, flow: string): FlowError {
  return new FlowError(
    'FLOW_RUN_NOT_FOUND',
    `No spin of ${flow} was kept in ${spinStoreFolder(store)} yet: nx-flow spin ${flow} <step> --persist keeps one.`,
  );
}

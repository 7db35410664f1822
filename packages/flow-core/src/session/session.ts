/** A flow in its workspace with its store. Commands, the Runner and executors open it to run and spin the flow. */
import { join } from 'node:path';
import type { Graph } from '../definition/graph';
import type { Attachable } from '../engine/pool/pool';
import type { ProcessPool } from '../engine/pool/process-pool';
import type { Emit } from '../engine/task/flow-event';
import { currentUser } from '../environment/user';
import type { FingerprintOptions, Fingerprints } from '../source/fingerprint';
import type { GitState } from '../store/rows/rows';
import type { Store } from '../store/store';
import { findPlaceFile, loadPlaceFlow, openPlaceStore, type Place } from './place';

export interface SessionOptions {
  emit: Emit;
  /** Options for all steps that do not declare them: `retry=3`. */
  with?: readonly string[];
  /** Options of the steps that are left out: `timeout,env`. */
  without?: readonly string[];
  /** Aborted when the current work is to end early. */
  signal?: AbortSignal;
  /** Given what hides the secrets of the flow, where it has some: for all that is shown from then on. */
  hide?(mask: (text: string) => string): void;
  /** The store of the place, where it is open already. The session closes it. */
  store?: Promise<Store>;
  /** Start a worker now, which imports the flow while this process does. The value is the most tasks at once. */
  warm?: number;
}

export interface Session {
  graph: Graph;
  store: Store;
  /** The file of the flow. Absent when the flow was given as a value and its file is unknown. */
  file?: string;
  /** The folder of the workspace: relative paths of steps count from it. */
  workspace: string;
  user: string;
  with: readonly string[];
  emit: Emit;
  signal?: AbortSignal;
  /** Its workers are those of a queue, with secrets of their own. */
  away?: boolean;
  /** Fingerprints the code for the record. By default in this process. */
  fingerprint?(options: FingerprintOptions): Promise<Fingerprints>;
  /** When this process began to load the flow's code. Milliseconds since 1970; by default, when it started. */
  since?: number;
  /** Reads the state of git for the record. By default again for each run. */
  git?(): Promise<GitState | undefined>;
}

/** A session of a flow that was loaded from its file. */
export interface FileSession extends Session {
  place: Place;
  file: string;
  /**
   * Worker processes for the next run, or for the splits of a spin. The caller closes them.
   * @param persistedCas the CAS of the store of persisted spins, for a spin that is persisted
   * @param cas where large inputs lie, unless in the store
   */
  workers(max: number, persistedCas?: string, cas?: string): Promise<Attachable>;
  close(): Promise<void>;
}

/**
 * Opens the store, then imports the flow while the broker of the store starts.
 * @throws FlowError FLOW_NOT_FOUND, FLOW_AMBIGUOUS, FLOW_STORE_UNWRITABLE, FLOW_WITH, FLOW_WITHOUT, and errors of the import
 */
export async function openSession(place: Place, options: SessionOptions): Promise<FileSession> {
  const { emit, signal } = options;
  const given = options.with ?? [];
  const without = options.without ?? [];
  const store = await (options.store ?? openPlaceStore(place));
  let warm: ProcessPool | undefined;
  const newPool = async (
    file: string,
    max: number,
    persistedCas?: string,
    cas = join(place.store, 'cas'),
  ) => {
    // A spin of one step needs no worker, so the pool is loaded on demand.
    const { ProcessPool } = await import('../engine/pool/process-pool');
    return new ProcessPool({
      ...{ file, flow: place.flow, cas, max, with: given, without },
      ...(persistedCas === undefined ? {} : { persistedCas }),
    });
  };
  const close = async () => {
    await warm?.close();
    await store.close();
  };
  try {
    const file = await findPlaceFile(place);
    const withGiven = await optionsForAllSteps(given, without);
    // Before the first worker, which inherits the environment. The broker, which stays, has started.
    await place.env?.load(place, file);
    if (options.warm !== undefined) {
      process.chdir(place.workspace);
      warm = (await newPool(file, options.warm)).warm();
    }
    const graph = withGiven(await loadPlaceFlow(place, file));
    if (graph.secrets) await hideSecrets(graph, options.hide);
    return {
      ...{ place, file, graph, store, emit, close, with: given },
      workspace: place.workspace,
      user: currentUser(),
      ...(signal ? { signal } : {}),
      async workers(max, persistedCas, cas) {
        const pool = persistedCas === undefined ? warm : undefined;
        if (!pool) return newPool(file, max, persistedCas, cas);
        warm = undefined;
        return pool;
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What is left out of the steps comes before what they are given. @throws FlowError FLOW_WITH, FLOW_WITHOUT */
async function optionsForAllSteps(
  given: readonly string[],
  without: readonly string[],
): Promise<(graph: Graph) => Graph> {
  if (without.length > 0) {
    const { optionsWithout, withoutOptions } = await import('../definition/without');
    const names = optionsWithout(without);
    const rest = await optionsForAllSteps(given, []);
    return (graph) => rest(withoutOptions(graph, names));
  }
  if (given.length === 0) return (graph) => graph;
  const { optionsForAll, withOptions } = await import('../definition/with');
  const options = optionsForAll([...given]);
  return (graph) => withOptions(graph, options);
}

/** Those that are there. Whether all are, a run or a spin asks. */
export async function hideSecrets(graph: Graph, hide: SessionOptions['hide']): Promise<void> {
  const { secretsOf } = await import('../engine/secrets/secrets');
  hide?.(secretsOf(graph).mask);
}
